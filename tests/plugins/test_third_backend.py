"""A third backend is forward and backward on its own arrays: the same checks grade it."""

import json

import numpy as np
import pytest
from boxes.arrays import Box
from boxes.neuron import sigmoid
from repository import ROOT

from autograder.cli import grade
from framework.interfaces import Model
from framework.providers.backends import Backend
from framework.providers.loaded_plugins import Plugins
from framework.training.checkpoints import assign, saved_arrays
from framework.training.loops import Batch, LossLearner


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """`graded("neuron", ...)`: the exit code, and what `grade` reports of the backend."""
    monkeypatch.chdir(ROOT)
    file = tmp_path / "report.json"
    words = ["--provider", "boxes", "--plugin", "boxes", "--jobs", "1", "--json", str(file)]

    def report(*exercises):
        code = grade([*exercises, *words])
        return code, json.loads(file.read_text("utf-8"))

    return report


def test_every_check_passes(graded):
    code, report = graded("neuron")
    checks = [
        check
        for exercise in report["exercises"]
        for task in exercise["tasks"]
        for check in task["checks"]
    ]
    assert [check["title"] for check in checks if check["verdict"] != "passed"] == []
    assert (code, report["earned"]) == (0, report["possible"])


def test_a_mistake_of_the_backend_is_found(graded, monkeypatch):
    monkeypatch.setattr("boxes.neuron.Affine.backward", lambda self, grad_output: grad_output)
    code, report = graded("neuron")
    assert code == 1
    assert 0 < report["earned"] < report["possible"]


class Scores(Model):
    """logits = tanh(x W_1 + b_1) W_2 + b_2, composed of parts of the backend."""

    def __init__(self, backend, rng):
        super().__init__()
        self.first, self.last = (
            self.add_child(name, backend.build("affine", *sizes, kind="model", rng=rng))
            for name, sizes in (("first", (2, 8)), ("last", (8, 2)))
        )

    def forward(self, x):
        self.h = 2 * sigmoid(2 * self.first.forward(x)) - 1  # tanh
        return self.last.forward(self.h)

    def backward(self, grad):
        self.first.backward(self.last.backward(grad) * (1 - self.h * self.h))


class ReplacingSGD:
    """x ← x − α g, as a new array."""

    learning_rate = 0.5

    def step(self, parameters, gradients):
        for name, x in parameters.items():
            parameters[name] = x - self.learning_rate * gradients[name]


@pytest.mark.parametrize("summed", [True, False])
def test_a_model_learns_on_arrays_that_cannot_be_changed(summed):
    backend = Backend(Plugins(["boxes"]).registry, "boxes")
    rng = np.random.default_rng(0)
    with backend.in_force():
        model = Scores(backend, rng).astype("float32")
    held = model.parameters.copy()
    loss = backend.build("softmax_cross_entropy", kind="loss")
    learner = LossLearner(
        model, loss, ReplacingSGD(), backend.arrays, clip=1.0, summed=summed, weight_decay=1e-4
    )
    x = rng.normal(size=(64, 2)).astype("float32")
    batch = Batch((x,), (x[:, 0] * x[:, 1] > 0).astype("int64"))
    losses = [backend.arrays.to_numpy(learner.step(batch)).item() for _ in range(300)]
    assert losses[0] > 0.5 and losses[-1] < 0.2
    with pytest.raises(TypeError):
        model.parameters["last.b"][0] = 1.0
    assert model.first.parameters["W"] is model.parameters["first.W"] is not held["first.W"]
    assert model.parameters["last.W"].dtype == np.float32

    saved = saved_arrays(model, backend.arrays)
    with backend.in_force():
        other = Scores(backend, rng).astype("float32")
    assign(other, saved, backend.arrays)
    outputs = [backend.arrays.to_numpy(item.forward(Box(x))) for item in (model, other)]
    np.testing.assert_array_equal(*outputs)


def test_a_network_of_the_backend_is_built_on_its_arrays():
    backend = Backend(Plugins(["boxes"]).registry, "boxes")
    model = backend.build("affine", 2, 3, kind="model", rng=np.random.default_rng(0))
    assert all(isinstance(array, Box) for array in model.parameters.values())
    assert model.astype("float32").parameters["W"].dtype == np.float32
    generator = backend.arrays.generator(3)
    state = backend.arrays.generator_state(generator)
    first = generator.random()
    backend.arrays.restore_generator(generator, state)
    assert generator.random() == first == np.random.default_rng(3).random()
