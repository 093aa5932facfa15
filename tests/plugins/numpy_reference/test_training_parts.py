"""The loss and the optimizers for courses without exercises on them agree with the solutions."""

from dataclasses import replace

import numpy as np
import pytest

from framework.course.catalogue import Catalogue, active_course
from framework.providers.loaded_plugins import Plugins

NAMES = ("softmax_cross_entropy", "sgd", "adam")


@pytest.fixture(scope="module")
def solutions():
    return Plugins(course=replace(active_course(), overrides={})).registry


@pytest.fixture
def spare(tmp_path):
    """What a course without any exercise is offered."""
    return Plugins(course=Catalogue(tmp_path)).registry


@pytest.mark.parametrize("name", NAMES)
def test_every_course_is_offered_what_training_asks_for(spare, solutions, name):
    assert spare.find(name, "numpy").origin == "numpy_reference"
    assert spare.find(name, "torch").origin == "torch_backend"
    assert solutions.find(name, "numpy").origin.startswith("the course (")


def test_losses_and_their_gradients(solutions, spare):
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(scale=50.0, size=(2, 5, 4)), rng.integers(4, size=(2, 5))
    theirs, ours = (result.get(NAMES[0], "numpy")() for result in (solutions, spare))
    assert ours.forward(logits, targets) == pytest.approx(theirs.forward(logits, targets))
    np.testing.assert_allclose(ours.backward(), theirs.backward(), rtol=1e-9, atol=1e-15)
    for wrong, error in ((targets[:1], ValueError), (targets + 4, IndexError)):
        for loss in (theirs, ours):
            with pytest.raises(error):
                loss.forward(logits, wrong)


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_steps_of_optimizers(solutions, spare, name):
    rng = np.random.default_rng(0)
    start = {"W": rng.normal(size=(3, 2)), "b": np.ones(2)}
    moved = []
    for result in (solutions, spare):
        optimizer = result.get(name, "numpy")(0.1)
        parameters = {key: value.copy() for key, value in start.items()}
        for seed in range(4):
            drawn = np.random.default_rng(seed)
            gradients = {key: drawn.normal(size=value.shape) for key, value in start.items()}
            optimizer.step(parameters, gradients)
        moved.append(parameters)
    for key, value in moved[0].items():
        np.testing.assert_allclose(moved[1][key], value, rtol=1e-12)
