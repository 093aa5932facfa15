"""The experiment on the depth of recurrent stacks, on small sizes."""

import numpy as np
import pytest
from derivatives import assert_gradients_are_slopes

from plugins.lectures.experiments import depth
from plugins.lectures.experiments.classification import Training
from plugins.lectures.experiments.experiment import Setting


@pytest.mark.parametrize("name", ["numpy", "torch"])
def test_every_stack_is_trained_on_the_same_texts(name, backends, monkeypatch):
    for what, value in {"LEVELS": 2, "SYMBOLS": 4, "CHOICES": 2, "TRAIN": 60, "TEST": 20}.items():
        monkeypatch.setattr(depth, what, value)
    monkeypatch.setattr(depth, "TRAINING", Training(epochs=1, batch_size=20, rate=0.01))
    backend = backends(name)
    with backend.in_force():
        result, again = (depth.run(Setting(backend, repeats=2)) for _ in range(2))
    assert [item.name for item in result.measured] == list(depth.STACKS)
    assert all(0 <= value <= 100 for item in result.measured for value in item.values)
    assert [item.values for item in again.measured] == [item.values for item in result.measured]


def test_only_the_last_state_has_a_gradient(backend):
    rng = np.random.default_rng(0)
    with backend.in_force():
        model = depth.StackClassifier(3, 2, "residual", rng=rng)
    x, weights = rng.normal(size=(2, 4, 3)), rng.normal(size=(2, depth.CLASSES))
    model.forward(x)
    model.backward(weights)
    assert_gradients_are_slopes(model, lambda: model.forward(x) * weights, rng)
