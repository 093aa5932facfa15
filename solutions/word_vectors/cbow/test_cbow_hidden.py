"""Hidden checks of CBOW: short texts, contexts without words, extreme scores, two uses."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import agrees, assign, equal, expect, finite, paired_models


@pytest.mark.task("context_windows")
@pytest.mark.points(2)
@pytest.mark.hint("A text of one word has 2m places, all of them outside.")
@pytest.mark.promise("context_windows.window", "context_windows.returns")
def test_short_texts(submission, reference, rng):
    """context_windows: a window larger than the text, texts of one and of no word, lists."""
    for tokens in ([3, 1, 3], [5], [], rng.integers(9, size=3).tolist()):
        agrees(submission, reference, "context_windows", np.array(tokens, dtype=np.int64), 4)
        agrees(submission, reference, "context_windows", tokens, 4)


@pytest.mark.task("CBOW")
@pytest.mark.points(1.5)
@pytest.mark.hint("0/0 is NaN: divide by at least 1.")
@pytest.mark.promise("a-context-without-words", "any-number-of-places")
def test_contexts_without_words(submission, reference, rng):
    """CBOW: a context without words has scores 0 and gives no gradient to any context vector."""
    pair = paired_models(submission, reference, "CBOW", 6, 3, rng=rng)
    contexts = rng.integers(6, size=(3, 5))
    mask = np.array([[True] * 5, [False] * 5, [True] + [False] * 4])
    scores = pair.same_forward(contexts, mask)
    equal(scores[1], np.zeros(6), "the scores of a context without words")
    pair.same_backward(contexts, mask, rng=rng)
    pair.same_backward(contexts[1:2], mask[1:2], rng=rng)


@pytest.mark.task("CBOW")
@pytest.mark.points(1.5)
@pytest.mark.hint(
    "Which terms does each row get? backward adds them; only zero_gradients clears them."
)
@pytest.mark.promise("repeated-words-add-up", "gradients")
def test_gradients(submission, reference, rng):
    """CBOW: gradients of its own scores, of two uses and of a context of one word."""
    pair = paired_models(submission, reference, "CBOW", 5, 4, rng=rng)
    contexts = np.array([[3, 3, 1], [0, 3, 3]])
    mask = np.array([[True, True, True], [False, True, True]])
    word = np.array([[2]]), np.array([[True]])
    pair.gradients_agree(contexts, mask, and_then=word, rng=rng)
    pair.same_backward(*word, rng=rng)


@pytest.mark.task("CBOW")
@pytest.mark.points(2)
@pytest.mark.hint("If all vectors are 0, P is 1/V for every word: J(θ) is log V.")
@pytest.mark.promise("finite", "a-mean-over-positions", "CBOW")
def test_known_values(submission, reference, rng):
    """CBOW: J(θ) where its value is known, for large scores and for fresh parameters."""
    pair = paired_models(submission, reference, "CBOW", 6, 3, rng=rng)
    names = ("context_vectors", "center_vectors")
    assign(pair.student, {name: np.zeros((6, 3)) for name in names})
    for tokens, window in (([0, 5, 2, 2], 1), ([4], 3)):
        actual = pair.student.negative_log_likelihood(np.array(tokens), window)
        equal(actual, float(np.log(6.0)), f"J(0), window {window}", rtol=1e-7)
    far = {"context_vectors": np.full((6, 3), 100.0), "center_vectors": np.zeros((6, 3))}
    far["center_vectors"][0] = 33.0
    far["context_vectors"][1] = -100.0  # every score after word 1 is far below those after word 0
    assign(pair.student, far)
    value = pair.student.negative_log_likelihood(np.array([0, 1]), 1)
    finite(value, "J(θ) for scores of ±9900")
    equal(value, 9900 + float(np.log(5.0)) / 2, "J(θ) for scores of ±9900", rtol=1e-9)
    fresh = submission.CBOW(50, 10, rng=rng)
    start = fresh.negative_log_likelihood(rng.integers(50, size=100), 1)
    expect(
        abs(start - np.log(50.0)) < 0.1,
        f"before training the loss of a word is {start:.2f}: with small random parameters it is "
        "near log V = 3.91",
    )
