"""Checks of the conditional language model that you can see. `grade conditional_lm` adds others."""

import numpy as np
import pytest

from autograder.checks import (
    assign,
    classifier_chunks,
    equal,
    expect,
    in_float32,
    likelihood_ratio,
    log_softmax,
    new_scores_are_uniform,
    no_look_ahead,
    overfits,
    paired_models,
    returns_new_arrays,
    same_for_large_scores,
    token_log_probabilities,
    trained_models,
)
from autograder.course.thresholds import LOWER
from framework.models.conditioned import Conditioned
from plugins.lectures.languages.conditional_texts import ConditionalTexts

RTOL = 1e-7
V, K, E, H = 7, 2, 3, 4
#: A layer whose state is one array, and a sum of two, whose state is a tuple, as that of an LSTM.
CELLS = ("rnn", {"sum_of": ["rnn", "rnn"], "h_first": True})


def models(submission, reference, rng, cell="rnn"):
    """Return a student's model and the reference's, with the same parameters."""
    return paired_models(submission, reference, "ConditionalLM", V, K, E, H, cell, rng=rng)


def texts(rng, batch_size=3, length=5):
    """Return random tokens and a condition for each text."""
    return rng.integers(V, size=(batch_size, length)), rng.normal(size=(batch_size, K))


def learns_by_heart(submission, reference, rng):
    """Check that four texts that differ only in their condition can be overfitted."""
    tokens = np.concatenate(
        [np.zeros((4, 1), dtype=np.int64), rng.integers(8, size=(4, 8))], axis=1
    )
    pair = trained_models(submission, reference, "ConditionalLM", 8, 4, 8, 24, rng=rng)
    inputs = tokens[:, :-1], np.eye(4)
    overfits(pair, inputs, tokens[:, 1:], classes=8, rng=rng, steps=120,
             learning_rate=0.02)  # fmt: skip


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2.25)
@pytest.mark.hint("h_0 = np.tanh(condition @ W_0) is the state that your cell starts from.")
@pytest.mark.promise("ConditionalLM")
def test_condition_at_the_start(submission, reference, rng):
    """The condition sets the initial state."""
    pair = models(submission, reference, rng)
    for model in (pair.student, pair.reference):
        assign(model, {"W_c": np.zeros((K, E))})
    pair.same_forward(*texts(rng))


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2.25)
@pytest.mark.hint("condition @ W_c is (N, E): add it to the word vectors (N, T, E) of all steps.")
def test_condition_at_every_step(submission, reference, rng):
    """The condition is added to the word vector at every step."""
    pair = models(submission, reference, rng)
    for model in (pair.student, pair.reference):
        assign(model, {"W_0": np.zeros((K, H))})
    pair.same_forward(*texts(rng))


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2.25)
@pytest.mark.hint(
    "e_t = embedding[x_t] + c W_c at every step; h_0 = tanh(c W_0) where no state is given."
)
def test_forward(submission, reference, rng):
    """Logits at every step, with the condition in both places."""
    models(submission, reference, rng).same_forward(*texts(rng))


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2.25)
@pytest.mark.hint("If a state is given, use it as h_0 instead of tanh(c W_0).")
@pytest.mark.promise("any-cell")
def test_text_in_pieces(submission, reference, rng):
    """`state` is the last state; with it, two halves give the same logits as the text."""
    for cell in CELLS:
        pair = models(submission, reference, rng, cell)
        tokens, condition = texts(rng, length=7)
        pair.same_forward(tokens[:, :3], condition)
        model = pair.student
        equal(model.state, pair.reference.state, "model.state after forward", rtol=RTOL)

        whole = model.forward(tokens, condition)
        first = model.forward(tokens[:, :3], condition)
        second = model.forward(tokens[:, 3:], condition, model.state)
        halves = np.concatenate([first, second], axis=1)
        equal(halves, whole, "the logits of two calls against those of one", rtol=RTOL)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("logits[:, t] may read the states up to h_t, and the condition.")
def test_no_look_ahead(submission, reference, rng):
    """A change of the token at t + 1 does not change the logits up to t."""
    model = models(submission, reference, rng).student
    no_look_ahead(Conditioned(model, rng.normal(size=(2, K))), V, rng=rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(3.5)
@pytest.mark.hint("U, b_2, cell, embedding as in rnn_lm; W_c needs the sum of ∂J/∂e_t over t.")
@pytest.mark.promise("any-cell", "ConditionalLM.backward", "ConditionalLM", "dtype")
def test_backward(submission, reference, rng):
    """The gradients of all parameters and of the condition, for any cell."""
    for cell in CELLS:
        pair, (tokens, condition) = models(submission, reference, rng, cell), texts(rng)
        pair.same_backward(tokens, condition, rng=rng)
    if in_float32(pair):
        condition = condition.astype(np.float32)
        pair.same_backward(tokens, condition, rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2.25)
@pytest.mark.hint("If forward got a state, W_0 was not used and gets no gradient.")
def test_backward_from_a_state(submission, reference, rng):
    """Backward for a later piece of a text, whose initial state was given."""
    pair = models(submission, reference, rng)
    later = *texts(rng), rng.normal(size=(3, H))
    pair.same_backward(*later, rng=rng, keeps=["state"])
    pair.used_in_turn_with(pair, later, texts(rng))


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("gradient[ids] += g keeps one contribution per id: np.add.at(gradient, ids, g).")
def test_repeated_tokens(submission, reference, rng):
    """A token that occurs several times gets the sum of the gradients of all places."""
    pair = models(submission, reference, rng)
    tokens = np.array([[1, 1, 2], [2, 1, 1]])
    pair.same_backward(tokens, rng.normal(size=(2, K)), rng=rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2.25)
@pytest.mark.hint("c is read at every step and for h_0: both terms go into ∂J/∂c.")
def test_gradients_are_right(submission, reference, rng):
    """All gradients agree with numerical gradients of your own forward."""
    models(submission, reference, rng).gradients_agree(*texts(rng), rng=rng)
    large = paired_models(submission, reference, "ConditionalLM", V, K, 60, 80, rng=rng, scale=0.1)
    large.many_gradients(*texts(rng, 1, 4), rng=rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`; np.add.at adds, too.")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    models(submission, reference, rng).accumulates(*texts(rng), rng=rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(3.5)
@pytest.mark.hint("The state is a pair: the cell's state and the unchanged condition.")
@pytest.mark.promise("any-cell")
def test_next_log_probabilities(submission, reference, rng):
    """Token by token, next_log_probabilities agrees with forward; the state contains c."""
    for cell in CELLS:
        pair, (tokens, condition) = models(submission, reference, rng, cell), texts(rng)
        model, expected = pair.student, log_softmax(pair.same_forward(tokens, condition))
        without = pair.reference.initial_state(3)
        equal(model.initial_state(3), without, "initial_state(3), without a condition")
        state = model.initial_state(3, condition)
        for t in range(5):
            log_probs, state = model.next_log_probabilities(tokens[:, t], state)
            what = f"log probabilities after token {t}, beside the log softmax of forward's logits"
            equal(log_probs, expected[:, t], what, rtol=RTOL)
        same_for_large_scores(pair, tokens, condition)
    first = tokens[:, 0], model.initial_state(3, condition)
    returns_new_arrays(model, "initial_state", 3, condition, expected=first[1])
    actual = model.next_log_probabilities(*first)
    returns_new_arrays(model, "next_log_probabilities", *first, expected=actual)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("Small initial weights make every token about equally probable.")
def test_initial_loss(submission, reference, rng):
    """Before training the loss is near log V for every condition."""
    models(submission, reference, rng).same_forward(*texts(rng))
    model = submission.ConditionalLM(50, 4, 16, 32, rng=rng)
    new_scores_are_uniform(model, np.eye(4)[rng.integers(4, size=8)], words=50, rng=rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(2.25)
@pytest.mark.hint("If the gradients are right: do the logits of the first step depend on c?")
def test_overfits_one_batch(submission, reference, rng):
    """The model can overfit texts that differ only in their condition."""
    learns_by_heart(submission, reference, rng)


@pytest.mark.task("ConditionalLM")
@pytest.mark.points(6)
@pytest.mark.hint("If all checks above pass, grade rnn: your cell may have an error.")
def test_perplexity(submission, reference, metric_threshold, rng):
    """After training, right conditions help and those of other texts raise the perplexity."""
    learns_by_heart(submission, reference, rng)
    misled = []

    def ratios(rng):
        language = ConditionalTexts(rng=rng)
        (tokens, conditions), K = language.sample(2_000, rng=rng), language.condition_size
        sizes = len(language.vocabulary), K, 16, 32
        models = trained_models(submission, reference, "ConditionalLM", *sizes, rng=rng)
        for _ in classifier_chunks(
            models, (tokens[:, :-1], conditions), tokens[:, 1:], epochs=4,
            batch_size=32, learning_rate=0.01, rng=rng,
        ):  # fmt: skip
            test = _HeldOut(language, rng)
            evaluation = models.evaluate(test.ratio)
            misled[:] = test.misled_perplexity, language.best_perplexity_without_condition
            yield evaluation

    ratio = "the perplexity on held-out texts, divided by that of their own source,"
    metric_threshold("perplexity_ratio", ratios, rng=rng, best=1.0, direction=LOWER, what=ratio)
    actual, limit = misled
    expect(
        actual > limit,
        f"with the conditions of other texts the perplexity is {actual:.3f}; it "
        f"should exceed {limit:.3f}, the best without a condition",
    )


class _HeldOut:
    """New texts, half of them with the conditions of others: no row shows which half it is in."""

    def __init__(self, language, rng, count=500):
        self.ids, own = language.sample(2 * count, rng=rng)
        self.source = language.log_probabilities(self.ids, own)
        self.is_misled = rng.permutation(2 * count) < count
        self.conditions = own.copy()
        self.conditions[self.is_misled] = rng.permutation(own[self.is_misled])

    def ratio(self, model):
        """Return the perplexity ratio of the texts with their own conditions; note the others'."""
        log_p = token_log_probabilities(Conditioned(model, self.conditions), self.ids)
        self.misled_perplexity = float(np.exp(-log_p[self.is_misled].mean()))
        return likelihood_ratio(log_p[~self.is_misled], self.source[~self.is_misled])
