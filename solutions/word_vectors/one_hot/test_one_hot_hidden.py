"""Hidden checks of the one-hot vectors: edges, and numbers large and small."""

import numpy as np
import pytest

from autograder.checks import agrees, expect, refuses


@pytest.mark.task("one_hot")
@pytest.mark.points(0.75)
@pytest.mark.promise("one_hot.ids", "one_hot.vocabulary_size")
def test_no_ids_and_one_word(submission, reference, rng):
    """one_hot: an empty array of ids, and a vocabulary of one word."""
    agrees(submission, reference, "one_hot", np.zeros((0, 3), dtype=np.int64), 4)
    agrees(submission, reference, "one_hot", np.zeros(3, dtype=np.int64), 1)
    agrees(submission, reference, "one_hot", rng.integers(4, size=1), 4)


@pytest.mark.task("one_hot")
@pytest.mark.points(0.75)
@pytest.mark.promise("errors")
def test_ids_far_out_of_range(submission, rng):
    """one_hot: one id out of range among valid ones."""
    above, below = (int(far) for far in rng.integers(6, 99, size=2))
    for wrong in ([[0, 1], [2, above]], [[-below, 0], [1, 2]]):
        refuses(submission, "one_hot", np.array(wrong), 5, error=("IndexError",))


@pytest.mark.task("cosine_similarity")
@pytest.mark.points(0.75)
@pytest.mark.promise("finite", "finite-unit")
def test_large_and_tiny_vectors(submission, reference, rng):
    """cosine_similarity: vectors of 1e200 and of 1e-200."""
    a, b = rng.normal(size=(2, 6, 3))
    agrees(submission, reference, "cosine_similarity", 1e200 * a, 1e200 * b)
    agrees(submission, reference, "cosine_similarity", 1e-200 * a, 1e200 * b)


@pytest.mark.task("cosine_similarity")
@pytest.mark.points(0.75)
@pytest.mark.promise("at-most-one")
def test_never_above_one(submission, rng):
    """cosine_similarity: 1 for a vector with itself, never above 1; −1 with its opposite."""
    a = rng.normal(size=(2000, 7))
    actual = submission.cosine_similarity(a, a)
    expect(np.all(actual <= 1), f"the largest is 1 + {actual.max() - 1:.1e}: a cosine is at most 1")
    expect(np.all(actual > 1 - 1e-12), "the similarity of a vector with itself is 1")
    actual = submission.cosine_similarity(a, -a)
    expect(
        np.all(actual >= -1),
        f"the smallest is −1 − {-1 - actual.min():.1e}: a cosine is at least −1",
    )
    expect(np.all(actual < -1 + 1e-12), "the similarity of a vector with its opposite is −1")


@pytest.mark.task("cosine_similarity")
@pytest.mark.points(0.75)
@pytest.mark.promise("axes-broadcast", "dtype")
def test_one_axis_and_float32(submission, reference, rng):
    """cosine_similarity: two single vectors, and float32 stays float32."""
    a, b = rng.normal(size=(2, 5)).astype(np.float32)
    agrees(submission, reference, "cosine_similarity", a, b, rtol=1e-5)
    agrees(submission, reference, "cosine_similarity", np.array([3.0]), np.array([[-2.0], [0.5]]))


@pytest.mark.task("lookup")
@pytest.mark.points(0.75)
@pytest.mark.promise("errors", "lookup.raises")
def test_lookup_out_of_range(submission, reference, rng):
    """lookup: no ids, one word, and ids out of range."""
    W = rng.normal(size=(4, 2))
    agrees(submission, reference, "lookup", np.zeros((0, 3), dtype=np.int64), W)
    agrees(submission, reference, "lookup", np.zeros(3, dtype=np.int64), W[:1])
    for wrong in (-1, 4):
        ids = rng.integers(4, size=3)
        ids[rng.integers(3)] = wrong
        refuses(submission, "lookup", ids, W, error=("IndexError",))


@pytest.mark.task("lookup_gradient")
@pytest.mark.points(0.5)
@pytest.mark.promise("lookup_gradient.grad")
def test_gradient_without_places(submission, reference, rng):
    """lookup_gradient: no ids at all, one word, vectors of one number."""
    none = np.zeros((0, 2), dtype=np.int64)
    agrees(submission, reference, "lookup_gradient", none, np.zeros((0, 2, 3)), 4)
    ids = np.zeros(5, dtype=np.int64)
    agrees(submission, reference, "lookup_gradient", ids, rng.normal(size=(5, 1)), 1)
