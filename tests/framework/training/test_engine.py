"""What an optimizer remembers comes back, so that its next step is the same."""

import numpy as np
import pytest

from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
from framework.training.engine import optimizer_state, restore_optimizer


@pytest.mark.parametrize("provider", ["numpy", "torch"])
@pytest.mark.parametrize("name", ["sgd", "momentum", "ada_grad", "rms_prop", "adam"])
def test_a_restored_optimizer_takes_the_same_step(name, provider):
    backend = Backend(Plugins().registry, provider)
    arrays, rng = backend.arrays, np.random.default_rng(0)
    gradients = [arrays.from_numpy(rng.normal(size=3)) for _ in range(3)]

    def step(optimizer, x, gradient):
        parameters = {"cell.W": arrays.from_numpy(x)}
        optimizer.step(parameters, {"cell.W": gradient})
        return arrays.to_numpy(parameters["cell.W"])

    first, second = (backend.build(name, kind="optimizer", learning_rate=0.1) for _ in range(2))
    x = np.ones(3)
    for gradient in gradients[:2]:
        x = step(first, x, gradient)
    restore_optimizer(second, optimizer_state(first, arrays), arrays)
    expected = step(first, x, gradients[2])
    np.testing.assert_array_equal(step(second, x, gradients[2]), expected)
