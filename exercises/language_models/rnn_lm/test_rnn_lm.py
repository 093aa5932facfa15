"""Checks of the language model that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import (
    equal,
    expect,
    in_float32,
    language_model_chunks,
    log_softmax,
    new_scores_are_uniform,
    no_look_ahead,
    overfits_text,
    paired_models,
    perplexity_ratio,
    returns_new_arrays,
    same_for_large_scores,
    trained_models,
)
from autograder.course.thresholds import LOWER
from plugins.lectures.languages.agreement import AgreementLanguage

RTOL = 1e-7
V, E, H = 7, 3, 4
#: A layer whose state is one array, and a sum of two, whose state is a tuple, as that of an LSTM.
CELLS = ("rnn", {"sum_of": ["rnn", "rnn"]})


def learns_by_heart(submission, reference, rng):
    """Check first that one batch can be overfitted, before a long training."""
    tokens = rng.integers(8, size=4 * 10 + 1)
    tokens[[0, 10, 20, 30]] = [0, 1, 2, 3]  # four texts that differ from their first token on
    models = trained_models(submission, reference, "RecurrentLM", 8, 8, 24, rng=rng)
    overfits_text(models, tokens, words=8)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(2)
@pytest.mark.hint("embedding[tokens] → self.cell.forward → @ U + b_2. Did you pass the state on?")
@pytest.mark.promise("unchanged")
def test_forward(submission, reference, rng):
    """Logits at every step, from zeros and from a given state."""
    pair = paired_models(submission, reference, "RecurrentLM", V, E, H, rng=rng)
    tokens = rng.integers(V, size=(2, 5))
    pair.same_forward(tokens)
    pair.same_forward(tokens, rng.normal(size=(2, H)))


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("The cell keeps its last state in self.cell.state.")
@pytest.mark.promise("any-input", "the-cell-keeps-the-state")
def test_state_is_kept(submission, reference, rng):
    """`state` is the last state; with it, two halves give the same logits as the text."""
    for cell in CELLS:
        pair = paired_models(submission, reference, "RecurrentLM", V, E, H, cell, rng=rng)
        tokens, model = rng.integers(V, size=(2, 7)), pair.student
        pair.same_forward(tokens[:, :3])
        equal(model.state, pair.reference.state, "model.state after forward", rtol=RTOL)

        whole = model.forward(tokens)
        first = model.forward(tokens[:, :3])
        second = model.forward(tokens[:, 3:], model.state)
        halves = np.concatenate([first, second], axis=1)
        equal(halves, whole, "the logits of two calls against those of one", rtol=RTOL)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("logits[:, t] may read h_t and no later state.")
def test_no_look_ahead(submission, reference, rng):
    """A change of the token at t + 1 does not change the logits up to t."""
    pair = paired_models(submission, reference, "RecurrentLM", V, E, H, rng=rng)
    no_look_ahead(pair.student, V, rng=rng)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(2)
@pytest.mark.hint("Sum ∂J/∂U and ∂J/∂b_2 over batch and time; grad_logits @ Uᵀ goes to the cell.")
@pytest.mark.promise(
    "any-input", "one-call-of-the-cell", "RecurrentLM.backward", "unchanged", "gradients", "dtype"
)
def test_backward(submission, reference, rng):
    """Backward through the output layer, the cell and the embedding, for any cell."""
    for cell in CELLS:
        pair = paired_models(submission, reference, "RecurrentLM", V, E, H, cell, rng=rng)
        pair.same_backward(rng.integers(V, size=(2, 5)), rng=rng)
    if in_float32(pair):
        pair.same_backward(rng.integers(V, size=(2, 5)), rng=rng, rtol=1e-3, atol=1e-4)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("gradient[ids] += g keeps one contribution per id: np.add.at(gradient, ids, g).")
def test_repeated_tokens(submission, reference, rng):
    """A token that occurs several times gets the sum of the gradients of all places."""
    pair = paired_models(submission, reference, "RecurrentLM", V, E, H, rng=rng)
    pair.same_backward(np.full((2, 4), 3), rng=rng)
    pair.same_backward(np.array([[1, 1, 2], [2, 1, 1]]), rng=rng)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("∂h_t = ∂logits_t Uᵀ for all steps, then one cell.backward; equal tokens add up.")
def test_gradients_are_right(submission, reference, rng):
    """The gradients agree with numerical gradients of your own forward."""
    pair = paired_models(submission, reference, "RecurrentLM", V, E, H, rng=rng)
    pair.gradients_agree(rng.integers(V, size=(2, 5)), rng=rng)
    large = paired_models(submission, reference, "RecurrentLM", V, 60, 80, rng=rng, scale=0.1)
    large.many_gradients(rng.integers(V, size=(1, 4)), rng=rng)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(0.75)
@pytest.mark.hint("`self.gradients[name] += ...`, never `=`; np.add.at adds, too.")
@pytest.mark.promise("gradients-add-up")
def test_gradients_add_up(submission, reference, rng):
    """A second backward adds to the gradients of the first."""
    pair = paired_models(submission, reference, "RecurrentLM", V, E, H, rng=rng)
    pair.accumulates(rng.integers(V, size=(2, 5)), rng=rng)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(2)
@pytest.mark.hint("One step of forward, then log softmax. Return the state *after* the token.")
@pytest.mark.promise("any-input")
def test_next_log_probabilities(submission, reference, rng):
    """Token by token, next_log_probabilities agrees with forward."""
    for cell in CELLS:
        pair = paired_models(submission, reference, "RecurrentLM", V, E, H, cell, rng=rng)
        model, tokens = pair.student, rng.integers(V, size=(3, 4))
        expected = log_softmax(pair.same_forward(tokens))
        state = model.initial_state(3)
        for t in range(4):
            log_probs, state = model.next_log_probabilities(tokens[:, t], state)
            what = f"log probabilities after token {t}, beside the log softmax of forward's logits"
            equal(log_probs, expected[:, t], what, rtol=RTOL)
        same_for_large_scores(pair, tokens)
    first = tokens[:, 0], model.initial_state(3)
    actual = model.next_log_probabilities(*first)
    returns_new_arrays(model, "next_log_probabilities", *first, expected=actual)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(0.75)
@pytest.mark.hint("Small initial weights make every token about equally probable.")
def test_initial_loss(submission, rng):
    """Before training the loss is near log V, as for a uniform model."""
    model = submission.RecurrentLM(50, 16, 32, rng=rng)
    new_scores_are_uniform(model, words=50, rng=rng)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(1.25)
@pytest.mark.hint("If the gradients are right, check the order: targets are one step later.")
def test_overfits_one_batch(submission, reference, rng):
    """The model can overfit one small batch."""
    learns_by_heart(submission, reference, rng)


@pytest.mark.task("RecurrentLM")
@pytest.mark.points(3)
@pytest.mark.hint("If all checks above pass, grade rnn: your cell may have an error.")
def test_perplexity(submission, reference, metric_threshold, rng):
    """After training on the agreement language, its perplexity is close to the best."""
    learns_by_heart(submission, reference, rng)

    def ratios(rng):
        language = AgreementLanguage(longest_span=2, rng=rng)
        train, sizes = language.sample(30_000, rng=rng), (len(language.vocabulary), 16, 32)
        models = trained_models(submission, reference, "RecurrentLM", *sizes, rng=rng)
        for _ in language_model_chunks(
            models, train, epochs=5, batch_size=16, unroll=20,
            learning_rate=0.01, chunk=47,
        ):  # fmt: skip
            texts = language.sample_texts(16, 250, rng=rng)
            yield models.evaluate(perplexity_ratio, language, texts)

    ratio = "the perplexity on held-out text, divided by that of the text's own source,"
    metric_threshold("perplexity_ratio", ratios, rng=rng, best=1.0, direction=LOWER, what=ratio)
