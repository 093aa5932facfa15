"""Checks of the conditional language model that you can see. `grade conditional_lm` adds others."""

import numpy as np
import pytest

from autograder.checks import (
    LOWER,
    assign,
    classifier_chunks,
    equal,
    expect,
    knows_nothing,
    log_softmax,
    no_look_ahead,
    overfits,
    perplexity,
    twins,
)
from framework.languages.conditional_texts import Telegrams
from framework.models.conditioned import Conditioned

RTOL = 1e-7
V, K, E, H = 7, 2, 3, 4


def models(submission, reference, rng):
    """A student's model and the reference's, with the same parameters."""
    return twins(submission, reference, "ConditionalLM", V, K, E, H, rng=rng)


def texts(rng, batch_size=3, length=5):
    """Random tokens, and a condition for each text."""
    return rng.integers(V, size=(batch_size, length)), rng.normal(size=(batch_size, K))


def learns_by_heart(submission, reference, rng):
    """Four texts that nothing but their condition tells apart, as all start with the same token."""
    tokens = np.concatenate(
        [np.zeros((4, 1), dtype=np.int64), rng.integers(8, size=(4, 8))], axis=1
    )
    model = submission.ConditionalLM(8, 4, 8, 24, rng=rng)
    inputs = tokens[:, :-1], np.eye(4)
    overfits(model, inputs, tokens[:, 1:], classes=8, reference=reference, rng=rng, steps=120,
             learning_rate=0.02)  # fmt: skip


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2)
@pytest.mark.hint("h_0 = np.tanh(condition @ W_0) is the state that your cell starts from.")
def test_condition_at_the_start(submission, reference, rng):
    """The condition sets the first state."""
    pair = models(submission, reference, rng)
    for model in (pair.student, pair.reference):
        assign(model, {"W_c": np.zeros((K, E))})
    pair.same_forward(*texts(rng))


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2)
@pytest.mark.hint("condition @ W_c is (N, E): add it to the word vectors (N, T, E) of all steps.")
def test_condition_at_every_step(submission, reference, rng):
    """The condition is added to the word vector at every step."""
    pair = models(submission, reference, rng)
    for model in (pair.student, pair.reference):
        assign(model, {"W_0": np.zeros((K, H))})
    pair.same_forward(*texts(rng))


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2)
def test_forward(submission, reference, rng):
    """Logits after every token, with the condition in both places."""
    models(submission, reference, rng).same_forward(*texts(rng))


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2)
@pytest.mark.hint(
    "With a state, the text has started before: then h_0 = tanh(c W_0) is not computed."
)
def test_text_in_pieces(submission, reference, rng):
    """`state` is the last state; with it, two halves of a text are the whole."""
    pair = models(submission, reference, rng)
    tokens, condition = texts(rng, length=7)
    pair.same_forward(tokens[:, :3], condition)
    model = pair.student
    equal(model.state, pair.reference.state, "model.state after forward", rtol=RTOL)

    whole = model.forward(tokens, condition)
    first = model.forward(tokens[:, :3], condition)
    second = model.forward(tokens[:, 3:], condition, model.state)
    halves = np.concatenate([first, second], axis=1)
    equal(halves, whole, "the logits of two calls, beside those of one", rtol=RTOL)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1)
def test_no_look_ahead(submission, reference, rng):
    """A change at t + 1 leaves the outputs up to t untouched."""
    model = submission.ConditionalLM(V, K, E, H, rng=rng)
    no_look_ahead(Conditioned(model, rng.normal(size=(2, K))), V, rng=rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(3)
@pytest.mark.hint(
    "U, b_2, cell, embedding as in rnn_lm; the sum over t of ∂J/∂e_t is what W_c gets."
)
def test_backward(submission, reference, rng):
    """Backward to all parameters and to the condition."""
    models(submission, reference, rng).same_backward(*texts(rng), rng=rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2)
@pytest.mark.hint("Where forward was given a state, W_0 took no part: it gets no gradient.")
def test_backward_from_a_state(submission, reference, rng):
    """Backward of a later piece of a text: the first state is not the condition's."""
    pair = models(submission, reference, rng)
    pair.same_backward(*texts(rng), rng.normal(size=(3, H)), rng=rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1)
@pytest.mark.hint("gradient[ids] += g keeps one contribution per id: np.add.at(gradient, ids, g).")
def test_repeated_tokens(submission, reference, rng):
    """A token that occurs several times gets a gradient from every place."""
    pair = models(submission, reference, rng)
    tokens = np.array([[1, 1, 2], [2, 1, 1]])
    pair.same_backward(tokens, rng.normal(size=(2, K)), rng=rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2)
def test_gradients_are_right(submission, reference, rng):
    """The gradients, the condition's too, are those of your own forward, by small steps."""
    models(submission, reference, rng).gradients_agree(*texts(rng), rng=rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`; np.add.at adds by itself.")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    models(submission, reference, rng).accumulates(*texts(rng), rng=rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(3)
@pytest.mark.hint("The state is a pair: the cell's state, and the condition, handed on as it is.")
def test_next_log_probabilities(submission, reference, rng):
    """Token by token, next_log_probabilities says what forward says; the state carries c."""
    model = models(submission, reference, rng).student
    tokens, condition = texts(rng)
    expected = log_softmax(model.forward(tokens, condition))
    state = model.initial_state(3, condition)
    for t in range(5):
        log_probs, state = model.next_log_probabilities(tokens[:, t], state)
        what = f"log probabilities after token {t}, beside the log softmax of forward's logits"
        equal(log_probs, expected[:, t], what, rtol=RTOL)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1)
@pytest.mark.hint("Small initial weights make every token about equally probable.")
def test_initial_loss(submission, rng):
    """Before training the loss is near log V, whatever the condition."""
    model = submission.ConditionalLM(50, 4, 16, 32, rng=rng)
    tokens = rng.integers(50, size=(8, 21))
    log_probs = log_softmax(model.forward(tokens[:, :-1], np.eye(4)[rng.integers(4, size=8)]))
    loss = -np.take_along_axis(log_probs, tokens[:, 1:, None], axis=-1).mean()
    knows_nothing(float(loss), 50)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2)
@pytest.mark.hint(
    "If the gradients are right: does the condition reach the scores of the first step?"
)
def test_overfits_one_batch(submission, reference, rng):
    """Texts that only their condition tells apart can be learned by heart."""
    learns_by_heart(submission, reference, rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(5)
@pytest.mark.hint("If all checks above pass, grade rnn: is it your cell that forgets?")
def test_perplexity(submission, reference, reaches, rng):
    """Trained on telegrams, it uses their conditions; those of other telegrams mislead it."""
    learns_by_heart(submission, reference, rng)
    language = Telegrams()
    misled = []

    def ratios(rng):
        train, test = language.sample(2_000, rng=rng), language.sample(500, rng=rng)
        best = np.exp(-language.log_probabilities(*test).mean())  # of the source, on this very text
        model = submission.ConditionalLM(
            len(language.vocabulary), language.condition_size, 16, 32, rng=rng
        )
        tokens, conditions = train
        for _ in classifier_chunks(
            model, (tokens[:, :-1], conditions), tokens[:, 1:], reference=reference, epochs=4,
            batch_size=32, learning_rate=0.01, rng=rng,
        ):  # fmt: skip
            misled.append(told(model, test[0], rng.permutation(test[1])))
            yield told(model, *test) / best

    ratio = "the perplexity on held-out telegrams, divided by that of their own source,"
    reaches("perplexity_ratio", ratios, rng=rng, best=1.0, direction=LOWER, what=ratio)
    expect(
        misled[-1] > language.best_perplexity_untold,
        f"with the conditions of other telegrams the perplexity is {misled[-1]:.3f}, where "
        f"{language.best_perplexity_untold:.3f} is possible with none: wrong ones should mislead",
    )


def told(model, tokens, conditions):
    """The perplexity of texts, all read side by side, to a model that is told `conditions`."""
    return perplexity(Conditioned(model, conditions), tokens.ravel(), batch_size=len(tokens))
