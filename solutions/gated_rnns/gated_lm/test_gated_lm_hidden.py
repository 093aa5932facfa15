"""Hidden checks of the gated language model: sizes, states, extreme scores, unusual items."""

import numpy as np
import pytest

from autograder.checks import (
    agrees,
    assign,
    equal,
    expect,
    finite,
    in_float32,
    language_model_callback,
    paired_models,
    refuses,
)
from plugins.lectures.languages.markov import MarkovModel


@pytest.mark.task("GatedLM")
@pytest.mark.points(1.5)
@pytest.mark.hint("V, E and H may all differ; each layer needs its own weights.")
@pytest.mark.promise("lowest-layer-reads-vectors", "float32-stays")
def test_any_shape(submission, reference, rng):
    """A batch of one, texts of 1 to 9 words, 1 to 3 layers, E ≠ H; float32 stays float32."""
    for N, T, V, E, H, layers in [(1, 1, 2, 1, 1, 1), (1, 6, 5, 5, 5, 3), (3, 9, 4, 6, 2, 2)]:
        pair = paired_models(submission, reference, "GatedLM", V, E, H, "lstm", layers, rng=rng)
        tokens = rng.integers(V, size=(N, T))
        pair.same_forward(tokens)
        pair.same_backward(tokens, pair.reference.state, rng=rng)
    if in_float32(pair):
        pair.same_forward(tokens, rtol=1e-4)
        pair.same_backward(tokens, rng=rng, rtol=1e-4)


@pytest.mark.task("GatedLM")
@pytest.mark.points(1.5)
@pytest.mark.hint("forward(tokens) starts from zeros, even where self.state is something else.")
@pytest.mark.promise("starts-from-the-initial-state", "GatedLM.forward")
def test_calls_start_anew(submission, reference, rng):
    """Without a state, forward starts from the initial state; two halves give the whole."""
    pair = paired_models(submission, reference, "GatedLM", 6, 3, 4, "lstm", 2, rng=rng)
    model, tokens = pair.student, rng.integers(6, size=(2, 7))
    pair.same_forward(rng.integers(6, size=(2, 9)))
    pair.same_forward(tokens)
    equal(model.initial_state(2), pair.reference.initial_state(2), "initial_state(2)")
    whole = model.forward(tokens, model.initial_state(2))
    first = model.forward(tokens[:, :3])
    second = model.forward(tokens[:, 3:], model.state)
    halves = np.concatenate([first, second], axis=1)
    equal(halves, whole, "the logits of two calls, against those of one")


@pytest.mark.task("GatedLM")
@pytest.mark.points(1.5)
@pytest.mark.hint("exp(−10000) is 0, its log −inf: use z − max − log Σ exp(z − max) instead.")
@pytest.mark.promise("large-scores")
def test_extreme_scores(submission, reference, rng):
    """Scores of ±10000 give log probabilities without inf or nan, in each text."""
    pair = paired_models(submission, reference, "GatedLM", 5, 3, 4, rng=rng)
    pair.draw_parameters(rng, scale=3.0)
    large = {"U": 1e4 * rng.normal(size=(4, 5)), "b": np.array([1e4, -1e4, 0.0, 9999.0, 1e4])}
    for model in (pair.student, pair.reference):
        assign(model, large)
    tokens, state = np.array([0, 4]), pair.reference.initial_state(2)
    actual, _ = pair.student.next_log_probabilities(tokens, state)
    expected, _ = pair.reference.next_log_probabilities(tokens, state)
    finite(actual, "the log probabilities for scores of ±10000")
    equal(actual, expected, "the log probabilities for scores of ±10000")


@pytest.mark.task("GatedLM")
@pytest.mark.points(1)
@pytest.mark.hint("∂J/∂embedding belongs to the tokens that were read, not to those predicted.")
@pytest.mark.promise(
    "only-read-tokens-have-gradients", "ids-outside-are-errors", "GatedLM.forward.raises"
)
def test_ids(submission, reference, rng):
    """Tokens that were not read have no gradient; an id outside 0 ... V−1 is an error."""
    pair = paired_models(submission, reference, "GatedLM", 6, 3, 4, rng=rng)
    tokens = rng.choice([1, 2, 5], size=(3, 4))
    tokens[0, :3] = [1, 2, 5]
    pair.same_backward(tokens, rng=rng)
    rows = np.any(pair.student.gradients["embedding"] != 0, axis=1)
    equal(rows, np.array([False, True, True, False, False, True]), "rows with a gradient")
    for ids in ([[0, 6]], [[0, -1]]):
        refuses(pair.student, "forward", np.array(ids), error=("IndexError", "ValueError"))


@pytest.mark.task("agreement_accuracy")
@pytest.mark.points(1.5)
@pytest.mark.hint("P(right) > P(wrong): equal probabilities are not right.")
@pytest.mark.promise("share-by-distance")
def test_ties_and_order(submission, rng):
    """agreement_accuracy: a tie is not right; distances rise, each with its own share."""
    last, other = rng.permutation(4)[:2]
    rising = rng.permutation(4)  # words by their probability after `last`; elsewhere all are equal
    table = np.full((4, 4, 4), 0.25)
    table[:, last, rising] = [0.1, 0.2, 0.3, 0.4]
    model = language_model_callback(MarkovModel(table))
    longer = [*rng.integers(4, size=2), last]
    prefixes = [np.array(ids) for ids in ([other, last], [last], longer, [last, other])]
    right, wrong = rising[[3, 0, 2, 1]], rising[[2, 1, 1, 3]]
    near, far = np.sort(rng.choice(9, size=2, replace=False)).tolist()
    distances = np.array([far, near, far, near])
    actual = submission.agreement_accuracy(model, prefixes, right, wrong, distances)
    equal(actual, {near: 0.0, far: 1.0}, "the accuracy by distance")
    expect(
        list(actual) == [near, far], f"the distances come as {list(actual)}, not in rising order"
    )


class Layered:
    """A model whose state is a tuple, like that of several layers."""

    def __init__(self, model):
        self.model = model

    def initial_state(self, batch_size):
        """Return the state of the model in a tuple."""
        return (self.model.initial_state(batch_size),)

    def next_log_probabilities(self, tokens, state):
        """Return the log probabilities of the model, and its state in a tuple."""
        log_p, after = self.model.next_log_probabilities(tokens, state[0])
        return log_p, (after,)


@pytest.mark.task("agreement_accuracy")
@pytest.mark.points(1.5)
@pytest.mark.hint("Each item starts from model.initial_state(1).")
@pytest.mark.promise(
    "items-are-independent", "no-items", "incomplete-items-are-errors", "agreement_accuracy.raises"
)
def test_items_are_independent(submission, reference, rng):
    """agreement_accuracy: items are independent; missing pieces are errors."""
    model = language_model_callback(Layered(MarkovModel.random(5, rng=rng)))
    prefixes = [rng.integers(5, size=n) for n in (1, 4, 2, 1, 3, 1, 1)]
    right, wrong = rng.permuted(np.tile(np.arange(5), (7, 1)), axis=1)[:, :2].T.copy()
    distances = np.array([0, 1, 0, 2, 1, 0, 2])
    agrees(submission, reference, "agreement_accuracy", model, prefixes, right, wrong, distances)
    none = np.arange(0)
    agrees(submission, reference, "agreement_accuracy", model, [], none, none, none)
    for pieces in (
        ([np.array([1]), none], right[:2], wrong[:2], distances[:2]),
        (prefixes, right[:6], wrong, distances),
        (prefixes[:6], right, wrong, distances),
    ):
        refuses(submission, "agreement_accuracy", model, *pieces)
