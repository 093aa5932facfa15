"""Hidden checks of the radial basis."""

from __future__ import annotations

import pytest

from autograder.checks import equal, paired_models


@pytest.mark.task("RadialBasis")
@pytest.mark.points(2)
@pytest.mark.promise("gradients")
@pytest.mark.hint("backward adds to self.gradients with +=.")
def test_two_uses_add_up(submission, reference, rng):
    """RadialBasis: a second use adds to the gradient of the first."""
    pair = paired_models(submission, reference, "RadialBasis", 2, 3, rng=rng)
    x, grad = rng.normal(size=(3, 2)), rng.normal(size=(3, 3))
    pair.same_forward(x)
    for model in (pair.student, pair.reference):
        for _ in range(2):
            model.forward(x)
            model.backward(grad)
    equal(pair.student.gradients["c"], pair.reference.gradients["c"], "the gradient of c")
