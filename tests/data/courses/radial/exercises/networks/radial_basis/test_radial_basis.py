"""Public checks of the radial basis."""

from __future__ import annotations

import pytest

from autograder.checks import paired_models


@pytest.mark.task("RadialBasis")
@pytest.mark.points(4)
@pytest.mark.promise("gradients")
@pytest.mark.hint("Every h[n, k] depends on row n and on centre k.")
def test_gradients(submission, reference, rng):
    """RadialBasis: h, and the gradients of c and x."""
    pair = paired_models(submission, reference, "RadialBasis", 3, 2, rng=rng)
    x = rng.normal(size=(4, 3))
    pair.same_forward(x)
    pair.same_backward(x, rng=rng)
