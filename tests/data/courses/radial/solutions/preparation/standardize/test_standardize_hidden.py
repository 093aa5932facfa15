"""Hidden checks of standardize."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import agrees


@pytest.mark.task("standardize")
@pytest.mark.points(2)
@pytest.mark.promise("no-variance")
@pytest.mark.hint("Where σ is 0, divide by 1.")
def test_a_constant_column(submission, reference, rng):
    """standardize: a constant column becomes 0."""
    x = np.column_stack([rng.normal(size=5), np.full(5, 2.0)])
    agrees(submission, reference, "standardize", x)
