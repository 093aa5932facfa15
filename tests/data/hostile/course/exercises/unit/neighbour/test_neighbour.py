"""The check of the exercise beside the target."""

import pytest

from autograder.checks import agrees


@pytest.mark.task("beside")
@pytest.mark.points(1)
def test_beside(submission, reference, rng):
    """beside: minus x."""
    agrees(submission, reference, "beside", rng.normal(size=7))
