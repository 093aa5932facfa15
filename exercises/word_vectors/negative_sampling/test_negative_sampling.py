"""Checks of negative sampling that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, expect, refuses
from autograder.checks.numerical_gradients import numerical_gradient

V, D = 9, 4


def vectors(rng):
    """Return a centre vector and the outside vectors."""
    return rng.normal(size=D), rng.normal(size=(V, D))


@pytest.mark.task("sampling_distribution")
@pytest.mark.points(2.5)
@pytest.mark.hint("Counts to the power 3/4, then divided by their sum.")
def test_distribution(submission, reference, rng):
    """sampling_distribution: counts to the power 3/4, divided by their sum."""
    counts = rng.integers(1, 1000, size=V)
    actual = agrees(submission, reference, "sampling_distribution", counts)
    equal(float(actual.sum()), 1.0, "the sum of the probabilities", rtol=1e-12)
    for power in (1.0, 0.5, 0.0):
        agrees(submission, reference, "sampling_distribution", counts, power)


@pytest.mark.task("sampling_distribution")
@pytest.mark.points(2.5)
@pytest.mark.hint("0 ** 0 is 1, but a word that never occurs must have probability 0.")
@pytest.mark.promise("sampling_distribution.counts")
def test_words_that_never_occur(submission, reference, rng):
    """sampling_distribution: a word without occurrences has probability 0."""
    counts = np.array([0, 16, 1, 0])
    for power, expected in ((0.75, [0, 8 / 9, 1 / 9, 0]), (0.0, [0, 0.5, 0.5, 0])):
        actual = submission.sampling_distribution(counts, power)
        equal(actual, np.array(expected), f"the distribution for {counts}, power {power}")
    counts = rng.integers(1, 50, size=5)
    counts[rng.integers(5)] = 0
    agrees(submission, reference, "sampling_distribution", counts)
    once = submission.sampling_distribution(np.array([0, 1]))
    equal(once, np.array([0.0, 1.0]), "the distribution of a text of one word")
    for invalid in ([0.0, 0.0], [2.0, -1.0], [np.inf, 1.0]):
        refuses(submission, "sampling_distribution", np.array(invalid))


@pytest.mark.task("negative_sampling")
@pytest.mark.points(4)
@pytest.mark.hint("−log σ(u_o·v_c), and −log σ(−u_k·v_c) for every drawn word: note the minus.")
@pytest.mark.promise("unchanged", "dtype")
def test_loss_and_gradients(submission, reference, rng):
    """negative_sampling: the loss, the gradients and the ids of their rows."""
    center, outside = vectors(rng)
    agrees(submission, reference, "negative_sampling", center, 2, np.array([5, 0, 7]), outside)
    agrees(submission, reference, "negative_sampling", center, 8, np.array([1]), outside)
    far = np.ones(1), 1, np.array([0]), np.array([[1e4], [-1e4], [1.0]])
    agrees(submission, reference, "negative_sampling", *far)
    single = center.astype(np.float32), 2, np.array([5]), outside.astype(np.float32)
    agrees(submission, reference, "negative_sampling", *single, rtol=1e-5)


@pytest.mark.task("negative_sampling")
@pytest.mark.points(4)
@pytest.mark.hint("Add with np.add.at; return the ids in increasing order, each once.")
@pytest.mark.promise("repeated-words-add-up", "negative_sampling")
def test_words_drawn_twice(submission, reference, rng):
    """negative_sampling: words drawn several times, and the outside word drawn."""
    center, outside = vectors(rng)
    for o, negatives in ((3, [6, 6, 1, 6]), (4, [4, 2]), (4, [4, 4, 4])):
        agrees(submission, reference, "negative_sampling", center, o, np.array(negatives), outside)
    unknown = center, 3, np.array([1, -1]), outside
    refuses(submission, "negative_sampling", *unknown, error=("IndexError",))


@pytest.mark.task("negative_sampling")
@pytest.mark.points(2.5)
@pytest.mark.hint(
    "A word that is drawn twice has two terms in the loss; its gradient is the sum of both."
)
def test_gradients_are_the_derivatives_of_the_loss(submission, reference, rng):
    """negative_sampling: the gradients agree with numerical gradients of your own loss."""
    center, outside = vectors(rng)
    negatives = np.array([1, 5, 5, 3])

    def loss(point):
        return submission.negative_sampling(point["v"], 3, negatives, point["U"])[0]

    expected, *_ = reference.negative_sampling(center, 3, negatives, outside)
    equal(loss({"v": center, "U": outside}), expected, "the loss")
    measured = numerical_gradient(loss, {"v": center, "U": outside})
    expect(np.all(measured["v"] != 0), "the loss does not depend on all of v_c")
    _, d_center, rows, d_rows = submission.negative_sampling(center, 3, negatives, outside)
    equal(d_center, measured["v"], "the gradient of v_c and its numerical one", rtol=1e-6)
    whole = np.zeros_like(outside)
    whole[rows] = d_rows
    equal(whole, measured["U"], "the gradients of U and numerical ones", rtol=1e-6, atol=1e-9)


@pytest.mark.task("negative_sampling")
@pytest.mark.points(2.5)
@pytest.mark.hint("Read outside_vectors[ids], not outside_vectors.")
def test_cost_does_not_depend_on_v(submission, rng):
    """negative_sampling: the vectors of other words are not read."""
    center, outside = vectors(rng)
    named = np.array([2, 5, 7])
    expected = submission.negative_sampling(center, 2, named[1:], outside)
    outside[np.setdiff1d(np.arange(V), named)] = np.nan
    actual = submission.negative_sampling(center, 2, named[1:], outside)
    equal(actual, expected, "loss and gradients with NaN in the vectors of all other words")
    rows = list(actual[2])
    expect(rows == [2, 5, 7], f"the words with a gradient are {rows}, not 2, 5 and 7")
