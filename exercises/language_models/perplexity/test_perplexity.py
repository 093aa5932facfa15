"""Checks of perplexity that you can see. The course has hidden ones, too."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, refuses


@pytest.mark.task("perplexity")
@pytest.mark.points(2.5)
@pytest.mark.hint("exp of the mean of −log p.")
@pytest.mark.promise("unchanged", "any-input")
def test_of_a_text(submission, reference, rng):
    """exp of the mean cross-entropy, for any shape."""
    for shape in ((20,), (3, 7), (2, 3, 4)):
        agrees(submission, reference, "perplexity", np.log(rng.uniform(0.01, 1, size=shape)))


@pytest.mark.task("perplexity")
@pytest.mark.points(2.5)
@pytest.mark.hint("For p = 1/V at every word, the inverse geometric mean is V.")
def test_of_a_uniform_model(submission, rng):
    """A uniform model has perplexity V, a model that is always certain and right has 1."""
    for V in (2, 10, 10_000, int(rng.integers(11, 10_000))):
        equal(submission.perplexity(np.full(50, -np.log(V))), float(V), f"1/{V} for every word")
    equal(submission.perplexity(np.zeros(9)), 1.0, "probability 1 for every word")


@pytest.mark.task("perplexity")
@pytest.mark.points(2.5)
@pytest.mark.hint("The mean of the logs, not of the probabilities.")
def test_is_the_inverse_geometric_mean(submission, rng):
    """It is the inverse of the geometric mean of the probabilities."""
    p = rng.uniform(0.05, 1, size=12)
    expected = float(np.prod(1 / p) ** (1 / 12))
    equal(submission.perplexity(np.log(p)), expected, "the perplexity of twelve words", rtol=1e-9)


@pytest.mark.task("perplexity")
@pytest.mark.points(2.5)
@pytest.mark.hint("log_probabilities[mask] selects the words; padding may be NaN.")
def test_padding_is_ignored(submission, reference, rng):
    """Padding is ignored for every value at it."""
    mask = np.arange(6) < np.array([[6], [2], [4]])
    logs = np.log(rng.uniform(0.01, 1, size=(3, 6)))
    expected = submission.perplexity(logs[mask])
    for padding in (0.0, -1e9, np.nan, 5.0):
        logs[~mask] = padding
        actual = agrees(submission, reference, "perplexity", logs, mask)
        equal(actual, expected, f"the perplexity with {padding} at padding")
    refuses(submission, "perplexity", logs, ~mask & mask)
    logs[0, 0] = np.nan
    refuses(submission, "perplexity", logs, mask)


@pytest.mark.task("perplexity")
@pytest.mark.points(1.25)
@pytest.mark.hint("A product of a thousand probabilities is 0; the mean of their logs is not.")
@pytest.mark.promise("dtype")
def test_of_a_long_text(submission, reference, rng):
    """Texts so long that the product of all probabilities underflows to 0."""
    logs = np.log(rng.uniform(1e-6, 1e-2, size=5000))
    agrees(submission, reference, "perplexity", logs)
    agrees(submission, reference, "perplexity", logs.astype(np.float32), rtol=1e-9)


@pytest.mark.task("perplexity")
@pytest.mark.points(1.25)
@pytest.mark.hint("log 0 is −inf, so the perplexity is exp(inf) = inf.")
def test_of_an_impossible_word(submission, reference, rng):
    """A word with probability 0 makes the perplexity infinite."""
    logs = -rng.uniform(1, 2, size=3)
    agrees(submission, reference, "perplexity", logs)
    logs[rng.integers(3)] = -np.inf
    equal(
        submission.perplexity(logs), float("inf"), "the perplexity with a log probability of −inf"
    )
