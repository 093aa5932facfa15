"""Hidden checks of negative sampling: large scores, no drawn words, invalid counts and ids."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, finite, refuses


@pytest.mark.task("sampling_distribution")
@pytest.mark.points(1)
@pytest.mark.promise("sampling_distribution.raises")
def test_what_are_no_counts(submission, rng):
    """sampling_distribution: negative counts, NaN and all-zero counts raise a ValueError."""
    count = rng.uniform(1, 9)
    for counts in ([count, -count], [count, np.nan], [0.0, 0.0], [np.inf, count]):
        refuses(submission, "sampling_distribution", np.array(counts), error=("ValueError",))


@pytest.mark.task("sampling_distribution")
@pytest.mark.points(1)
@pytest.mark.promise("finite")
def test_large_counts_and_powers(submission, reference, rng):
    """sampling_distribution: counts of 1e300, and a power that overflows before the division."""
    counts = 1e300 * rng.uniform(0.1, 1, size=5)
    for power in (0.75, 1.0, 3.0):
        agrees(submission, reference, "sampling_distribution", counts, power)


@pytest.mark.task("negative_sampling")
@pytest.mark.points(2.5)
@pytest.mark.hint("−log σ(z) is np.logaddexp(0, −z), and σ(−z) is exp of −np.logaddexp(0, z).")
@pytest.mark.promise("finite-scores")
def test_large_scores(submission, reference, rng):
    """negative_sampling: scores of ±1e4."""
    for o, negatives in ((0, [1]), (1, [0]), (2, [0, 0, 1])):
        outside = np.array([[1e4], [-1e4], [1.0]]) * rng.uniform(0.5, 1, size=(3, 1))
        arguments = (np.ones(1), o, np.array(negatives), outside)
        actual = agrees(submission, reference, "negative_sampling", *arguments)
        finite(actual[0], "J for scores of ±1e4")


@pytest.mark.task("negative_sampling")
@pytest.mark.points(1)
@pytest.mark.promise("negative_sampling.negative_ids", "dtype")
def test_no_negatives_and_float32(submission, reference, rng):
    """negative_sampling: no drawn words; float32 stays float32."""
    center, outside = rng.normal(size=3), rng.normal(size=(4, 3))
    nothing = np.zeros(0, dtype=np.int64)
    agrees(submission, reference, "negative_sampling", center, 1, nothing, outside)
    single = [array.astype(np.float32) for array in (center, outside)]
    arguments = (single[0], 1, np.array([3, 3, 0]), single[1])
    agrees(submission, reference, "negative_sampling", *arguments, rtol=1e-5)


@pytest.mark.task("negative_sampling")
@pytest.mark.points(2.5)
@pytest.mark.promise("errors", "unchanged", "negative_sampling.raises")
def test_ids_out_of_range(submission, rng):
    """negative_sampling: an id out of range raises an IndexError, and so does −1."""
    center, outside = rng.normal(size=3), rng.normal(size=(4, 3))
    for o, negatives in ((4, [0]), (-1, [0]), (0, [1, 4]), (0, [-1, 2])):
        arguments = (center, o, np.array(negatives), outside)
        refuses(submission, "negative_sampling", *arguments, error=("IndexError",))
    left = submission.negative_sampling.outcome(center, 0, np.array([1, 1]), outside, after=True)
    equal(left.args[3], outside, "the outside vectors after the call", rtol=0.0)
