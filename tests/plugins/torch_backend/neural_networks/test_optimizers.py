"""Optimizers on tensors walk the same path as those on NumPy's arrays."""

from importlib import import_module

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

OURS = import_module("plugins.torch_backend.neural_networks.optimizers")
THEIRS = import_module("solutions.neural_networks.optimizers.optimizers")
CASES = [
    ("SGD", (0.1,), {}),
    ("Momentum", (0.1,), {}),
    ("Momentum", (0.1,), {"mu": 0.5}),
    ("AdaGrad", (0.1,), {}),
    ("AdaGrad", (0.1,), {"epsilon": 0.1}),
    ("RMSProp", (0.1,), {}),
    ("RMSProp", (0.1,), {"decay": 0.5, "epsilon": 0.1}),
    ("Adam", (), {}),
    ("Adam", (0.1,), {"beta1": 0.5, "beta2": 0.7, "epsilon": 0.1}),
    ("Adam", (0.1,), {"bias_correction": False}),
]
each_case = pytest.mark.parametrize(("name", "args", "options"), CASES)


def draw(rng):
    gradients = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2) * 1e-4}
    return gradients | {"still": np.zeros(2)}


@each_case
def test_ten_steps_in_place(name, args, options):
    rng = np.random.default_rng(1)
    theirs, ours = (getattr(module, name)(*args, **options) for module in (THEIRS, OURS))
    arrays = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2), "still": np.ones(2)}
    tensors = {key: torch.tensor(value) for key, value in arrays.items()}
    held = dict(tensors)
    for step in range(10):
        gradients = draw(rng)
        moved = arrays if step > 2 else {key: arrays[key] for key in ("W", "still")}
        theirs.step(moved, gradients)
        ours.step(
            {key: tensors[key] for key in moved},
            {key: torch.tensor(value) for key, value in gradients.items()},
        )
    for key, value in arrays.items():
        assert tensors[key] is held[key]
        np.testing.assert_allclose(held[key].numpy(), value, rtol=1e-10, atol=1e-13)


@each_case
def test_gradients_stay_and_leaves_of_a_graph_may_move(name, args, options):
    weight = torch.nn.Parameter(torch.ones(3))
    gradients = {"w": torch.tensor([1.0, -2.0, 0.0])}
    optimizer = getattr(OURS, name)(*args, **options)
    optimizer.step({}, {})  # nothing to move
    optimizer.step({"w": weight}, gradients)
    assert gradients["w"].tolist() == [1, -2, 0]
    assert weight.detach()[0] < 1 < weight.detach()[1] and weight.detach()[2] == 1


@each_case
def test_the_order_in_memory_changes_nothing(name, args, options):
    rng = np.random.default_rng(1)
    whole = torch.tensor(rng.normal(size=(4, 6)))
    here = {"transposed": torch.tensor(rng.normal(size=(2, 3))).T, "columns": whole[:, ::2]}
    there = {key: value.clone(memory_format=torch.contiguous_format) for key, value in here.items()}
    others = whole[:, 1::2].clone()
    ours, plain = (getattr(OURS, name)(*args, **options) for _ in range(2))
    for step in range(4):
        gradients = {key: torch.tensor(rng.normal(size=x.shape)) for key, x in there.items()}
        ours.step(here, gradients)
        plain.step(there, gradients)
        if step == 1:  # as from a checkpoint
            for memory in (var for var in vars(ours).values() if isinstance(var, dict)):
                for key, value in memory.items():
                    memory[key] = value.contiguous() if torch.is_tensor(value) else value
    for key, value in there.items():
        np.testing.assert_allclose(here[key].numpy(), value.numpy(), rtol=1e-12)
    assert torch.equal(whole[:, 1::2], others)
