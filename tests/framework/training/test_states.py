"""What optimizers and models remember comes back, so that the next step is the same."""

import json

import numpy as np
import pytest

from framework.interfaces import NumpyArrays, Optimizer
from framework.training.states import (
    UnsavableStateError,
    optimizer_state,
    pack_state,
    restore_optimizer,
    unpack_state,
)


@pytest.mark.parametrize("provider", ["numpy", "torch"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {}) for name in ("sgd", "momentum", "ada_grad", "rms_prop", "adam")),
        ("adam_w", {"weight_decay": 0.5}),
    ],
)
def test_a_restored_optimizer_takes_the_same_step(name, options, provider, backends):
    backend = backends(provider)
    arrays, rng = backend.arrays, np.random.default_rng(0)
    gradients = [arrays.from_numpy(rng.normal(size=3)) for _ in range(3)]

    def step(optimizer, x, gradient):
        parameters = {"cell.W": arrays.from_numpy(x)}
        optimizer.step(parameters, {"cell.W": gradient})
        return arrays.to_numpy(parameters["cell.W"])

    options = {"learning_rate": 0.1, **options}
    first, second = (backend.build(name, kind="optimizer", **options) for _ in range(2))
    x = np.ones(3)
    for gradient in gradients[:2]:
        x = step(first, x, gradient)
    restore_optimizer(second, optimizer_state(first, arrays), arrays)
    expected = step(first, x, gradients[2])
    np.testing.assert_array_equal(step(second, x, gradients[2]), expected)


class Own(Optimizer):
    """An optimizer that remembers more than dicts, and says how."""

    def __init__(self):
        self.steps = 0

    def step(self, parameters, gradients):
        self.steps += 1

    def state(self):
        return {"steps": self.steps}

    def restore(self, state):
        self.steps = state["steps"]


def test_an_optimizer_may_say_itself_what_it_remembers():
    first, second = Own(), Own()
    first.step({}, {})
    restore_optimizer(second, optimizer_state(first, NumpyArrays()), NumpyArrays())
    assert second.steps == 1


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_a_state_comes_back_as_it_was(backends, backend):
    arrays = backends(backend).arrays
    x, ids = np.ones((2, 3), np.float32), np.arange(4)
    state = (arrays.from_numpy(x), [None, 3, {"ids": arrays.from_numpy(ids)}], ())
    form, result = pack_state(state, arrays)
    back = unpack_state(json.loads(json.dumps(form)), result, arrays)
    assert back[1][:2] == [None, 3] and back[2] == ()
    for native, expected in ((back[0], x), (back[1][2]["ids"], ids)):
        assert arrays.is_native(native)
        assert arrays.to_numpy(native).dtype == expected.dtype
        np.testing.assert_array_equal(arrays.to_numpy(native), expected)


def test_a_state_that_no_file_can_keep_is_refused():
    with pytest.raises(UnsavableStateError, match="contains object, which a checkpoint cannot"):
        pack_state((object(),), NumpyArrays())
