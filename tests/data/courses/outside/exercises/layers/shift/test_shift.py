"""Public checks of the shift: one example, and its gradients."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.checks import assign, equal, paired_models


@pytest.mark.task("Shift")
@pytest.mark.points(1)
@pytest.mark.hint("x + b, row by row.")
def test_one_example(submission):
    """Shift: b is added to every row."""
    layer = submission.Shift(2)
    assign(layer, {"b": np.array([1.0, -2.0])})
    y = layer.forward(np.array([[0.0, 0.0], [3.0, 4.0]]))
    equal(y, np.array([[1.0, -2.0], [4.0, 2.0]]), "the shifted rows")


@pytest.mark.task("Shift")
@pytest.mark.points(2)
@pytest.mark.hint("Every row has used b.")
def test_gradients(submission, reference, rng):
    """Shift: gradients of b and x."""
    pair = paired_models(submission, reference, "Shift", 3)
    pair.same_backward(rng.normal(size=(5, 3)), rng=rng)
