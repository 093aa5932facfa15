"""The number of operations of a step: a GPU waits for the launch of each one."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the torch backend needs the extra `torch`")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from framework.training.loops import Batch, LossLearner  # noqa: E402
from plugins.networks.convolution.deep_text_cnn import ConvBlock  # noqa: E402
from plugins.torch_backend.acceleration.graphs import FIRST_STEPS, RepeatedStep  # noqa: E402
from plugins.torch_backend.shared.linear_recurrence import (  # noqa: E402
    linear_recurrence,
    linear_recurrence_back,
)

OPTIMIZERS = ("sgd", "momentum", "ada_grad", "rms_prop", "ada_delta", "adam")


class Count(TorchDispatchMode):
    """Counts operations; a view launches nothing."""

    number = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.number += not function.is_view
        return function(*args, **(kwargs or {}))


def operations(function, *args):
    with Count() as count:
        function(*args)
    return count.number


@pytest.fixture(scope="module")
def backend(backends):
    return backends("torch")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_clipping_and_optimizers_take_all_parameters_at_once(name, backend):
    def used(count):
        optimizer = backend.build(name, kind="optimizer", learning_rate=0.1)
        parameters = {str(i): torch.ones(2) for i in range(count)}
        gradients = {name: torch.ones(2) for name in parameters}
        optimizer.step(parameters, gradients)  # the first one makes its memory

        def step():
            backend.arrays.fill_zero(gradients)
            backend.arrays.scale(gradients, 3, 1.0)
            optimizer.step(parameters, gradients)

        return operations(step)

    assert used(20) == used(2) <= 20


@pytest.mark.parametrize("function", [linear_recurrence, linear_recurrence_back])
def test_the_scan_of_a_qrnn_takes_operations_for_the_logarithm_of_the_length(function):
    for length in (64, 512):
        f, c = torch.rand(length, 2, 3), torch.rand(length + 1, 2, 3)
        rounds = math.ceil(math.log2(length + 1))
        assert operations(lambda f=f, c=c: function(f, c, parallel=True)) <= 4 * rounds + 4


def test_a_block_of_convolutions_launches_its_kernels_and_no_copy(backend):
    rng = np.random.default_rng(0)
    model = backend.build("deep_text_cnn", 7, 3, 20, maps=4, hidden_size=5, kind="model", rng=rng)
    block = next(layer for layer in model.layers if isinstance(layer, ConvBlock))
    x = torch.randn(3, 9, 4, dtype=torch.float64)
    layers, sums = 6, 1  # 2 of each of convolution, batch normalization and ReLU, and the shortcut
    assert operations(block.forward, x) == layers + sums
    grad = torch.randn(3, 9, 4, dtype=torch.float64)
    assert operations(block.backward, grad) == layers + sums + len(block.parameters)


class Played:
    """A recorder whose replays launch one graph, and no operation."""

    def record(self, step):
        step()
        return lambda: None


def test_a_replayed_step_launches_its_copies_one_graph_and_the_optimizer(backend):
    rng = np.random.default_rng(0)
    model = backend.build("recurrent_lm", 9, 4, 5, "lstm", kind="language_model", rng=rng)
    loss = backend.build("softmax_cross_entropy", kind="loss")
    optimizer = backend.build("sgd", kind="optimizer", learning_rate=0.1)
    learner = LossLearner(model, loss, optimizer, backend.arrays, clip=1.0)
    ids = torch.from_numpy(rng.integers(1, 9, size=(4, 7)))
    learner.step(Batch((ids,), ids, continues=False))
    batch = Batch((ids,), ids, continues=True)
    alone = operations(learner.step, batch)
    learner.gradient_step = RepeatedStep(learner.gradient_step, model, Played())
    for _ in range(FIRST_STEPS + 1):
        learner.step(batch)
    copies = 2 + 2  # of ids and targets, of the state's h and c
    assert operations(learner.step, batch) == copies + 1 + 1  # the loss, and the optimizer
    assert alone > 50
