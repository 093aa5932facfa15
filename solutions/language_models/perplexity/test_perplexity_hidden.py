"""Hidden checks of perplexity: invalid input, float32, results that overflow."""

import numpy as np
import pytest

from autograder.checks import agrees, equal, refuses


@pytest.mark.task("perplexity")
@pytest.mark.points(1)
@pytest.mark.promise("perplexity.raises", "errors")
def test_of_nothing(submission, reference, rng):
    """An input without words raises an error, also if the mask removes all words."""
    logs = -rng.uniform(1, 2, size=(2, 3))
    agrees(submission, reference, "perplexity", logs, rng.permutation(6).reshape(2, 3) == 0)
    refuses(submission, "perplexity", np.zeros(0), error=("ValueError",))
    refuses(
        submission, "perplexity", np.zeros((2, 3)), np.zeros((2, 3), bool), error=("ValueError",)
    )


@pytest.mark.task("perplexity")
@pytest.mark.points(2.5)
@pytest.mark.promise("errors-valueerror", "perplexity.raises")
def test_what_are_no_log_probabilities(submission, reference, rng):
    """NaN and numbers above 0 raise an error; rounding errors do not."""
    for wrong in (np.nan, 0.3, np.inf):
        refuses(submission, "perplexity", np.array([-1.0, wrong]), error=("ValueError",))
    agrees(submission, reference, "perplexity", np.array([1e-7, -rng.uniform(1, 2)]))
    refuses(submission, "perplexity", np.array([1e-3, -1.0]), error=("ValueError",))


@pytest.mark.task("perplexity")
@pytest.mark.points(1)
@pytest.mark.promise("dtype", "perplexity.returns")
def test_float32_and_large(submission, reference, rng):
    """float32 is averaged in float64; a result that overflows is infinite."""
    logs = np.full(300_000, -rng.uniform(9, 9.2), np.float32)
    agrees(submission, reference, "perplexity", logs, rtol=1e-9)
    equal(submission.perplexity(np.full(3, -1e4)), float("inf"), "the perplexity of exp(−10000)")
