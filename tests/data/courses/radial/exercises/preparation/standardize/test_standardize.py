"""Public checks of standardize."""

from __future__ import annotations

import pytest

from autograder.checks import agrees


@pytest.mark.task("standardize")
@pytest.mark.points(2)
@pytest.mark.hint("Subtract the mean of the column, divide by its standard deviation.")
def test_random_columns(submission, reference, rng):
    """standardize: random columns."""
    agrees(submission, reference, "standardize", rng.normal(2.0, 3.0, size=(6, 3)))
