"""Hidden checks of word2vec: short texts, extreme scores, other shapes, gradients in two halves."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import agrees, assign, equal, expect, finite, paired_models


@pytest.mark.task("context_pairs")
@pytest.mark.points(2)
@pytest.mark.hint("If there are no pairs, return two integer arrays of length 0.")
@pytest.mark.promise("context_pairs.window", "context_pairs")
def test_context_pairs_short_texts(submission, reference, rng):
    """context_pairs: a window larger than the text, texts of one and of no word, lists."""
    for tokens in ([3, 1, 3], [2, 2], [5], [], rng.integers(9, size=3).tolist()):
        agrees(submission, reference, "context_pairs", np.array(tokens, dtype=np.int64), 5)
        agrees(submission, reference, "context_pairs", tokens, 5)


@pytest.mark.task("softmax")
@pytest.mark.points(2)
@pytest.mark.hint("Shift each row by its own maximum, over the last axis of any shape.")
@pytest.mark.promise("a-constant-changes-nothing", "dtype")
def test_softmax_shift_and_shapes(submission, reference, rng):
    """softmax: shifted scores, any shape, float32 stays float32."""
    scores = rng.normal(size=(2, 3, 5))
    p = agrees(submission, reference, "softmax", scores)
    for shift in (-1e4, 1e4):
        equal(submission.softmax(scores + shift), p, f"softmax(scores {shift:+g})", rtol=1e-7)
    far_apart = np.array([[1e4, 0.0], [-1e4, 3.0], [0.0, 0.0]])
    agrees(submission, reference, "softmax", far_apart)
    agrees(submission, reference, "softmax", scores.astype(np.float32), rtol=1e-5)


@pytest.mark.task("naive_softmax")
@pytest.mark.points(2)
@pytest.mark.hint("log(0) is −∞: take log P_i = x_i − max x − log Σ exp(x_j − max x).")
@pytest.mark.promise("naive_softmax.returns", "finite")
def test_naive_softmax_extremes(submission, reference, rng):
    """naive_softmax: finite loss and gradients for scores of ±1e4; other shapes."""
    U = np.array([[1e4, 0.0], [-1e4, 0.0], [0.0, 1.0]])
    for outside_id, expected in ((0, 0.0), (1, 2e4), (2, 1e4)):
        loss, d_center, d_outside = submission.naive_softmax(np.array([1.0, 0.0]), outside_id, U)
        finite(loss, "the loss for scores of ±1e4")
        finite(d_center, "the gradient of v_c for scores of ±1e4")
        finite(d_outside, "the gradient of the outside vectors for scores of ±1e4")
        equal(loss, expected, f"the loss of word {outside_id} for scores 1e4, −1e4, 0", atol=1e-9)
    for V, d in ((1, 4), (2, 1), (9, 5)):
        v_c, vectors = rng.normal(size=d), rng.normal(size=(V, d))
        agrees(submission, reference, "naive_softmax", v_c, V - 1, vectors)


@pytest.mark.task("SkipGram")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Which terms does each row get? backward adds them; only zero_gradients clears them."
)
@pytest.mark.promise("repeated-words-add-up", "gradients")
def test_skip_gram_gradients(submission, reference, rng):
    """SkipGram: gradients of its own scores; a second use adds to the first."""
    pair = paired_models(submission, reference, "SkipGram", 5, 4, rng=rng)
    ids = np.array([3, 3, 3, 1])
    pair.gradients_agree(ids, and_then=(np.array([2, 3]),), rng=rng)
    pair.same_backward(np.array([2]), rng=rng)
    upstream = rng.normal(size=(4, 5))
    for model in (pair.student, pair.reference):
        model.zero_gradients()
        model.forward(ids)
        model.backward(upstream)
        model.forward(ids[::-1])
        model.backward(upstream)
    equal(pair.student.gradients, pair.reference.gradients, "the gradients of two uses", rtol=1e-7)


@pytest.mark.task("SkipGram")
@pytest.mark.points(2)
@pytest.mark.hint("If all vectors are 0, P is 1/V and J(θ) is log V times the pairs per word.")
@pytest.mark.promise("a-mean-over-positions", "finite", "SkipGram")
def test_negative_log_likelihood_known_values(submission, reference, rng):
    """SkipGram: J(θ) where its value is known, for large scores and for fresh parameters."""
    pair = paired_models(submission, reference, "SkipGram", 6, 3, rng=rng)
    assign(pair.student, {name: np.zeros((6, 3)) for name in ("center_vectors", "outside_vectors")})
    tokens = np.array([0, 5, 2, 2])
    for window, pairs in ((1, 6), (2, 10), (9, 12)):
        actual = pair.student.negative_log_likelihood(tokens, window)
        equal(actual, pairs / 4 * float(np.log(6.0)), f"J(0), window {window}", rtol=1e-7)
    far = {"center_vectors": np.full((6, 3), 100.0), "outside_vectors": np.zeros((6, 3))}
    far["outside_vectors"][0] = 100.0
    assign(pair.student, far)
    equal(
        pair.student.negative_log_likelihood(np.array([0, 1]), 1), 1.5e4,
        "J(θ) for scores up to 3e4", rtol=1e-7,
    )  # fmt: skip
    far["center_vectors"][1] = -100.0  # every score of word 1 is far below those of word 0
    assign(pair.student, far)
    equal(
        pair.student.negative_log_likelihood(np.array([0, 1]), 1), 3e4 + float(np.log(5.0)) / 2,
        "J(θ) for scores from −3e4 to 3e4", rtol=1e-7,
    )  # fmt: skip
    fresh = submission.SkipGram(50, 10, rng=rng)
    start = fresh.negative_log_likelihood(rng.integers(50, size=100), 1) / (2 * 99 / 100)
    expect(
        abs(start - np.log(50.0)) < 0.4,
        f"before training the loss of a pair is {start:.2f}: with small random parameters it is "
        "near log V = 3.91",
    )
