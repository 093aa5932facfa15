"""Hidden checks of the radial classifier."""

from __future__ import annotations

import pytest

from autograder.checks import equal, paired_models


@pytest.mark.task("RadialClassifier")
@pytest.mark.points(2)
@pytest.mark.promise("RadialClassifier.backward")
@pytest.mark.hint("backward adds to self.gradients with +=.")
def test_two_uses_add_up(submission, reference, rng):
    """RadialClassifier: a second use adds to the gradients of the first."""
    pair = paired_models(submission, reference, "RadialClassifier", 2, 3, 2, rng=rng)
    x, grad = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    pair.same_forward(x)
    for model in (pair.student, pair.reference):
        for _ in range(2):
            model.forward(x)
            model.backward(grad)
    for name in ("W", "b", "radial.c"):
        equal(pair.student.gradients[name], pair.reference.gradients[name], name)
