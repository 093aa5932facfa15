"""Hidden checks of the bag of vectors: other sizes, depth, dropped words, ids out of range."""

import numpy as np
import pytest

from autograder.checks import after_call, assign, equal, expect, finite, paired_models, refuses
from framework.data.batching import pad

RTOL = 1e-7
DAN = "DeepAveragingNetwork"


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(3)
@pytest.mark.hint("W_1, b_1, ..., W_k, b_k for any number of hidden layers, also for none.")
@pytest.mark.promise("DeepAveragingNetwork.hidden_sizes")
def test_any_shape(submission, reference, rng):
    """A batch of one, texts of one word, one class; no hidden layer, and three of them."""
    for N, T, V, E, hidden, C in [
        (1, 1, 2, 1, [1], 1),
        (5, 3, 7, 4, [], 3),
        (2, 12, 5, 2, [6, 5, 4], 5),
        (3, 4, 30, 6, [6], 6),
    ]:
        pair = paired_models(submission, reference, DAN, V, E, hidden, C, rng=rng)
        ids = rng.integers(V, size=(N, T))
        ids[:, 0] = 1  # at a text without words the ReLU may sit on its kink
        pair.same_forward(ids)
        pair.same_backward(ids, rng=rng)


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(2)
@pytest.mark.hint("An empty text gives gradients to the biases, and to no embedding.")
@pytest.mark.promise("finite", "no-gradient-for-padding")
def test_backward_of_empty_texts(submission, reference, rng):
    """Batches with empty texts, or only of them: gradients are finite and right."""
    pair = paired_models(submission, reference, DAN, 6, 3, [4], 2, rng=rng)
    pair.same_backward(np.array([[0, 0, 0], [2, 0, 5], [0, 0, 0]]), rng=rng)
    pair.same_backward(np.zeros((2, 3), dtype=int), rng=rng)
    for name, gradient in pair.student.gradients.items():
        finite(gradient, f"gradients['{name}'] after a batch of empty texts")


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(2)
@pytest.mark.hint("Every text has its own denominator: its number of words.")
@pytest.mark.promise("padding-does-not-count")
def test_each_text_has_its_own_mean(submission, reference, rng):
    """Texts of very different lengths in one batch."""
    pair = paired_models(submission, reference, DAN, 8, 3, [4], 3, rng=rng)
    ids = pad([rng.integers(1, 8, size=n) for n in (1, 30, 2, 0, 7)])
    pair.same_forward(ids)
    pair.same_backward(ids, rng=rng)


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(2)
@pytest.mark.hint("Keep the weights of forward for backward: a dropped word has the weight 0.")
@pytest.mark.promise("equal-shares", "mean-over-kept-words")
def test_backward_of_dropped_words(submission, rng):
    """In training, dropped words and padding get no gradient, and a kept word gets its share."""
    T = 40  # right code drops all of them with one seed in 10¹²
    model = submission.DeepAveragingNetwork(T + 1, T + 1, [], T + 1, keep_probability=0.5, rng=rng)
    # With these weights the scores of a text are the weights of its words in the mean.
    assign(model, {"embedding": np.eye(T + 1), "W_1": np.eye(T + 1), "b_1": np.zeros(T + 1)})
    model.train()
    model.zero_gradients()
    ids = np.pad(np.arange(1, T + 1), 3)[None]
    weights = model.forward(ids)[0]
    expect(np.any(weights), "no word has a weight in the mean")
    expect(weights[0] == 0, "in training, padding has a weight in the mean: it is no word")
    grad = rng.normal(size=T + 1)
    model.backward(grad[None])
    actual, what = model.gradients["embedding"], "gradients['embedding'] of a text that lost words"
    equal(actual, np.outer(weights, grad), what, rtol=RTOL)
    equal(after_call(model, "forward", ids), (ids,), "the ids after forward in training")


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(1)
@pytest.mark.hint("A text whose words are all left out is an empty text.")
@pytest.mark.promise("all-words-dropped")
def test_all_words_dropped(submission, rng):
    """Texts of one word have finite scores when that word is dropped."""
    model = submission.DeepAveragingNetwork(3, 2, [], 2, keep_probability=0.5, rng=rng)
    b = np.array([1.0, -1.0])
    assign(model, {"embedding": np.ones((3, 2)), "W_1": np.ones((2, 2)), "b_1": b})
    model.train()
    logits = model.forward(np.ones((60, 1), dtype=int))
    finite(logits, "the logits of texts that lost their only word")
    lost = np.all(np.isclose(logits, b), axis=1)
    kept = np.all(np.isclose(logits, b + 2), axis=1)
    expect(np.all(lost | kept), "a text of one word has z_0 = its vector, or 0 if it is left out")
    expect(lost.any() and kept.any(), "keep_probability=0.5 lost all of 60 words, or none")


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(1)
@pytest.mark.hint("Calls of forward are independent; backward belongs to the last one.")
@pytest.mark.promise("independent-calls")
def test_repeated_calls(submission, reference, rng):
    """Calls do not disturb each other, and backward belongs to the last forward."""
    pair = paired_models(submission, reference, DAN, 6, 3, [4], 2, rng=rng)
    ids = rng.integers(1, 6, size=(2, 5))
    once = pair.student.forward(ids)
    pair.same_forward(rng.integers(1, 6, size=(4, 3)))
    pair.same_backward(ids, rng=rng)
    equal(pair.student.forward(ids), once, "the logits of the same texts, read again")


@pytest.mark.task("DeepAveragingNetwork")
@pytest.mark.points(1)
@pytest.mark.hint("In NumPy, −1 is the last row: call _check_ids first.")
@pytest.mark.promise("errors", "DeepAveragingNetwork.raises", "DeepAveragingNetwork.forward.raises")
def test_ids_out_of_range(submission, reference, rng):
    """An id outside 0 ... V−1 is an error."""
    pair = paired_models(submission, reference, DAN, 6, 3, [4], 2, rng=rng)
    refusal = ("IndexError", "ValueError")
    refuses(pair.student, "forward", np.array([[1, 6]]), error=refusal)
    refuses(pair.student, "forward", np.array([[1, -1]]), error=refusal)
    for p in (0.0, 1.1):
        refuses(submission, DAN, 6, 3, [], 2, keep_probability=p, rng=rng)
