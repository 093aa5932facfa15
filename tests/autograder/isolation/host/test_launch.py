"""What a worker is told: never where solutions, tests or seeds are."""

from __future__ import annotations

import json

import pytest

from autograder.isolation.host.launch import HEAVY_MEMORY, NUMPY_ARRAYS, WorkerSpec
from autograder.isolation.sandboxes.process import ProcessSandbox


@pytest.fixture
def launch(tmp_path):
    def launch(arrays=NUMPY_ARRAYS):
        return WorkerSpec(ProcessSandbox(), tmp_path, tmp_path, {}, arrays).launch("tiny")

    return launch


def test_the_settings_tell_what_is_needed_and_nothing_else(launch):
    settings = json.loads(launch().argv[-1])
    assert set(settings) == {
        "path", "view", "limits", "folder", "exercise", "parts", "arrays", "device",
    }  # fmt: skip


def test_solutions_and_tests_are_not_shown(launch):
    shown = launch().view.read_only
    assert not [path for path in shown if {"solutions", "exercises"} & set(path.split("/"))]
    assert not [path for path in shown if path.endswith("autograder/checks")]


def test_a_backend_of_its_own_brings_its_arrays_and_more_memory(launch):
    made = launch("plugins.torch_backend.arrays:TorchArrays")
    assert made.limits.memory == HEAVY_MEMORY > launch().limits.memory
    shown = [path.partition("/plugins/")[2] for path in made.view.read_only if "/plugins/" in path]
    assert sorted(shown) == ["__init__.py", "torch_backend/__init__.py", "torch_backend/arrays.py"]
