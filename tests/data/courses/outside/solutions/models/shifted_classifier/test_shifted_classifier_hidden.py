"""Hidden checks of the classifier: one row, and a shift that is not zero."""

from __future__ import annotations

import pytest

from autograder.checks import paired_models


@pytest.mark.task("ShiftedClassifier")
@pytest.mark.points(1)
@pytest.mark.hint("The shift comes before the product.")
def test_one_row(submission, reference, rng):
    """ShiftedClassifier: one row of one number."""
    pair = paired_models(submission, reference, "ShiftedClassifier", 1, 3, rng=rng)
    pair.same_backward(rng.normal(size=(1, 1)), rng=rng)
