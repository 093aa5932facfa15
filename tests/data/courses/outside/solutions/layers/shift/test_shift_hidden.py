"""Hidden checks of the shift: a batch of one row, and a second use."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import equal, paired_models


@pytest.mark.task("Shift")
@pytest.mark.points(1)
@pytest.mark.hint("Gradients add up until zero_gradients clears them.")
def test_two_uses(submission, reference, rng):
    """Shift: one row; a second use adds to the gradient of the first."""
    pair = paired_models(submission, reference, "Shift", 4)
    pair.same_backward(rng.normal(size=(1, 4)), rng=rng)
    pair.student.zero_gradients()
    for _ in range(2):
        grad = pair.student.backward(np.ones((3, 4)))
    equal(grad, np.ones((3, 4)), "the gradient of x")
    equal(pair.student.gradients["b"], np.full(4, 6.0), "the gradient of b after two uses")
