"""A third backend is forward and backward on its own arrays: the same checks grade it."""

import json

import numpy as np
import pytest
from boxes.arrays import Box
from repository import ROOT

from autograder.cli import grade
from framework.providers.backends import Backend
from framework.providers.plugins import Plugins

EXERCISES = ("activations", "neuron", "losses", "dropout")


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
    code, report = graded(*EXERCISES)
    checks = [
        check
        for exercise in report["exercises"]
        for task in exercise["tasks"]
        for check in task["checks"]
    ]
    assert [check["title"] for check in checks if check["verdict"] != "passed"] == []
    assert (code, report["earned"]) == (0, report["possible"])
    assert {exercise["name"] for exercise in report["exercises"]} == set(EXERCISES)


def test_a_mistake_of_the_backend_is_found(graded, monkeypatch):
    monkeypatch.setattr("boxes.neuron.Affine.backward", lambda self, grad_output: grad_output)
    code, report = graded("neuron")
    assert code == 1
    assert 0 < report["earned"] < report["possible"]


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
