"""AdamW and the schedule with warmup in a training: the saved state, and the rates."""

import numpy as np
import pytest

from framework.providers.backends import Backend
from framework.providers.plugins import Plugins
from framework.training.options import LearningOptions
from framework.training.states import optimizer_state, restore_optimizer
from framework.training.tools import LearningRate, build_optimizer

OPTIONS = LearningOptions(
    learning_rate=0.1,
    epochs=4,
    optimizer="adam_w:weight_decay=0.5",
    schedule="warmup_cosine:warmup=0.25,least=0",
)


@pytest.fixture(params=["numpy", "torch"])
def backend(request):
    if request.param == "torch":
        pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")
    return Backend(Plugins().registry, request.param)


def test_a_saved_adam_w_takes_the_same_steps(backend):
    rng, arrays = np.random.default_rng(0), backend.arrays
    shapes = {"W": (2, 3), "b": (3,)}
    start = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    draws = [{name: rng.normal(size=shape) for name, shape in shapes.items()} for _ in range(4)]

    def after(optimizer, table, steps):
        for gradients in steps:
            optimizer.step(table, {name: arrays.from_numpy(g) for name, g in gradients.items()})
        return {name: arrays.to_numpy(x) for name, x in table.items()}

    first, second = (build_optimizer(backend, OPTIONS) for _ in range(2))
    half = after(first, {n: arrays.from_numpy(x) for n, x in start.items()}, draws[:2])
    restore_optimizer(second, optimizer_state(first, arrays), arrays)
    ends = [
        after(optimizer, {n: arrays.from_numpy(x) for n, x in half.items()}, draws[2:])
        for optimizer in (first, second)
    ]
    for name, x in ends[0].items():
        np.testing.assert_array_equal(ends[1][name], x)


def test_the_rate_grows_for_an_epoch_and_falls_to_the_last_step(backend):
    rate = LearningRate(backend, OPTIONS)
    assert rate.depends_on_the_end
    found = [rate.at(1), rate.at(1, 0.5), rate.at(2), rate.at(3, 0.5), rate.at(4, 1.0)]
    np.testing.assert_allclose(found, [0, 0.05, 0.1, 0.05, 0], atol=1e-12)
