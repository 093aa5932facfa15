"""Hidden checks of vectors from counts: short texts, huge counts, errors, a second use."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect, finite, paired_models, refuses


@pytest.mark.task("cooccurrences")
@pytest.mark.points(1.5)
@pytest.mark.hint("tokens[:-j] and tokens[j:] are empty for j ≥ T.")
@pytest.mark.promise("errors", "cooccurrences.window", "cooccurrences.raises")
def test_short_texts_and_ids_out_of_range(submission, reference, rng):
    """cooccurrences: texts shorter than the window, lists, and ids out of range."""
    for length in (0, 1, 2, 3):
        tokens = rng.integers(4, size=length)
        agrees(submission, reference, "cooccurrences", tokens, 5, 4)
        agrees(submission, reference, "cooccurrences", tokens.tolist(), 3, 4)
    for wrong in (-1, 4):
        tokens = rng.integers(4, size=6)
        tokens[rng.integers(6)] = wrong
        refuses(submission, "cooccurrences", tokens, 2, 4, error=("IndexError",))


@pytest.mark.task("ppmi")
@pytest.mark.points(1.5)
@pytest.mark.hint("A product of two large counts overflows, a sum of their logs does not.")
@pytest.mark.promise("zero-counts", "finite")
def test_words_without_counts_and_huge_counts(submission, reference, rng):
    """ppmi: words that never occur, no count at all, and counts of 1e200."""
    counts = rng.integers(1, 20, size=(5, 5))
    counts[rng.integers(5)] = 0
    counts[:, rng.integers(5)] = 0
    agrees(submission, reference, "ppmi", counts)
    agrees(submission, reference, "ppmi", np.zeros((3, 2)))
    huge = 1e200 * rng.random((4, 4))
    finite(submission.ppmi(huge), "ppmi of counts of 1e200")
    agrees(submission, reference, "ppmi", huge)
    many = rng.integers(10**9, 4 * 10**9, size=(3, 4))
    agrees(submission, reference, "ppmi", many, 0.5)


@pytest.mark.task("ppmi")
@pytest.mark.points(0.5)
@pytest.mark.hint("The given function `_check_counts` does it: keep the call.")
@pytest.mark.promise("errors", "ppmi.raises")
def test_numbers_that_are_no_counts(submission, rng):
    """ppmi: negative counts, NaN, one axis, and a shift of 0 are errors."""
    counts = rng.integers(1, 9, size=(3, 3)).astype(float)
    submission.ppmi(counts)
    for wrong in (-1.0, np.nan, np.inf):
        changed = counts.copy()
        changed[rng.integers(3), rng.integers(3)] = wrong
        refuses(submission, "ppmi", changed)
    refuses(submission, "ppmi", counts[0])
    for shift in (0.0, -2.0):
        refuses(submission, "ppmi", counts, shift)


@pytest.mark.task("truncated_svd")
@pytest.mark.points(1.5)
@pytest.mark.hint("k ≤ min(V, C); the largest entry of each column of U is positive.")
@pytest.mark.promise("orthonormal", "truncated_svd.k", "truncated_svd.raises")
def test_signs_and_ranks_out_of_range(submission, rng):
    """truncated_svd: orthonormal columns, their signs, and ranks out of range."""
    matrix = rng.normal(size=(6, 4))
    U, S, Vt = submission.truncated_svd(matrix, 3)
    equal(U.T @ U, np.eye(3), "Uᵀ U", atol=1e-9)
    equal(Vt @ Vt.T, np.eye(3), "Vᵀ V", atol=1e-9)
    expect(bool(np.all(np.diff(S) <= 0)), "the singular values are not in decreasing order")
    largest = U[np.abs(U).argmax(axis=0), np.arange(3)]
    expect(bool(np.all(largest > 0)), "the largest entry of a column of U is negative")
    for k in (0, 5):
        refuses(submission, "truncated_svd", matrix, k)


@pytest.mark.task("GloVe")
@pytest.mark.points(2)
@pytest.mark.hint("f(0) is 0 also for power = 0, where NumPy says that 0 ** 0 is 1.")
@pytest.mark.promise("pairs-without-count", "last-forward", "GloVe.backward")
def test_glove_without_counts_and_used_twice(submission, reference, rng):
    """GloVe: power 0, no counts at all, two forwards before a backward, one dimension."""
    pair = paired_models(submission, reference, "GloVe", 4, 2, rng=rng, power=0.0)
    counts = rng.integers(3, size=(4, 4))
    pair.same_forward(np.zeros((4, 4)))
    pair.same_backward(counts, rng=rng)
    other = rng.integers(3, size=(4, 4))
    pair.same_forward(other)
    pair.same_backward(counts.astype(float), rng=rng)
    single = paired_models(submission, reference, "GloVe", 3, 1, rng=rng, x_max=1e4)
    single.same_forward(rng.integers(1, 5, size=(3, 3)))
    single.same_backward(np.triu(rng.integers(1, 10**6, size=(3, 3))), rng=rng)


@pytest.mark.task("GloVe")
@pytest.mark.points(0.5)
@pytest.mark.hint("The given function `_check_counts` does it: keep the call.")
@pytest.mark.promise("errors", "GloVe.forward.raises")
def test_glove_counts_of_another_shape(submission, reference, rng):
    """GloVe: counts of another shape, and negative counts, are errors."""
    pair = paired_models(submission, reference, "GloVe", 4, 2, rng=rng)
    pair.same_forward(rng.integers(9, size=(4, 4)))
    refuses(pair.student, "forward", rng.integers(9, size=(4, 3)))
    refuses(pair.student, "forward", rng.integers(9, size=(5, 5)))
    refuses(pair.student, "forward", -np.eye(4))
