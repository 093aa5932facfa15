"""The checks of the target: the honest task comes last, after all that happened before it."""

import pytest

from autograder.checks import agrees, paired_models


@pytest.mark.task("attacked")
@pytest.mark.points(1)
def test_attacked(submission, reference, rng):
    """attacked: the root of x² + 1, twice."""
    for _ in range(2):
        agrees(submission, reference, "attacked", rng.normal(size=(3, 4)))


@pytest.mark.task("Layer")
@pytest.mark.points(1)
def test_layer_forward(submission, reference, rng):
    """Layer: forward is x @ W."""
    paired_models(submission, reference, "Layer", 4, 3, rng=rng).same_forward(
        rng.normal(size=(5, 4))
    )


@pytest.mark.task("Layer")
@pytest.mark.points(1)
def test_layer_backward(submission, reference, rng):
    """Layer: backward gives the gradients of x and W."""
    pair = paired_models(submission, reference, "Layer", 4, 3, rng=rng)
    pair.same_backward(rng.normal(size=(5, 4)), rng=rng)


@pytest.mark.task("honest")
@pytest.mark.points(1)
def test_honest(submission, reference, rng):
    """honest: three times x."""
    agrees(submission, reference, "honest", rng.normal(size=7))
