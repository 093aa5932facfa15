"""The arguments and files of a worker: never where solutions, tests or seeds are."""

import json
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from autograder.sandbox.runners.base import ProcessSandbox
from autograder.sandbox.runners.worker_modules import NUMPY_ARRAYS
from autograder.sandbox.session.launch import HEAVY_MEMORY, WorkerSpec
from framework.errors import BadInputError

TORCH_ARRAYS = "plugins.torch_backend.arrays:TorchArrays"


@pytest.fixture
def launch(tmp_path):
    def launch(source="", arrays=NUMPY_ARRAYS, **more):
        (tmp_path / "tiny.py").write_text(source)
        scratch = Path(tempfile.mkdtemp(dir=tmp_path))
        return WorkerSpec(ProcessSandbox(), tmp_path, scratch, {}, arrays, **more).launch("tiny")

    return launch


def settings_of(made):
    return json.loads(made.argv[-1])


def modules_of(made):
    """The modules of gradus that the worker finds, by their files."""
    folder = Path(settings_of(made)["modules"])
    return {str(path.relative_to(folder)) for path in folder.rglob("*.py")}


def test_a_worker_is_told_and_shown_what_it_needs_and_nothing_else(launch):
    made = launch()
    assert set(settings_of(made)) == {
        *("modules", "packages", "metadata", "imports"),
        *("view", "limits", "folder", "exercise", "parts", "arrays", "device"),
    }
    shown = made.view.read_only
    assert not [path for path in shown if {"solutions", "exercises"} & set(path.split("/"))]
    assert not [path for path in modules_of(made) if "host" in path or "checks" in path]
    packages = {Path(path).name for path in shown if "site-packages/" in path}
    assert {name.partition("-")[0].partition(".")[0] for name in packages} == {"numpy", "msgpack"}
    assert all(not Path(path).name.endswith("-packages") for path in shown)


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is not installed")
def test_matplotlib_and_what_it_requires_are_shown_to_a_submission_that_mentions_it(launch):
    assert "matplotlib" not in settings_of(launch("import numpy"))["packages"]
    assert {"matplotlib", "mpl_toolkits", "PIL"} <= set(
        settings_of(launch("import matplotlib.pyplot as plt"))["packages"]
    )


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")
def test_a_backend_of_its_own_brings_its_arrays_its_library_and_more_memory(launch):
    made, usual = launch(arrays=TORCH_ARRAYS), launch()
    assert made.limits.memory == HEAVY_MEMORY > usual.limits.memory
    assert modules_of(made) - modules_of(usual) == {"plugins/torch_backend/arrays.py"}
    assert "torch" in settings_of(made)["packages"]
    assert settings_of(made)["imports"]["packages"][-1] == "torch"
    assert "torch" not in settings_of(usual)["packages"]


def test_an_exercise_may_allow_less_memory(tmp_path):
    spec = WorkerSpec(ProcessSandbox(), tmp_path, tmp_path, {})
    assert spec.launch("tiny", 256).limits.memory == 256 << 20
    assert spec.launch("tiny").limits.memory == 2048 << 20


def test_a_course_adds_packages_and_modules_of_framework(launch):
    made = launch(added_imports=("msgpack", "framework.evaluation.metrics"))
    imports = settings_of(made)["imports"]
    assert imports["packages"][-1] == "msgpack"
    assert imports["framework"]["framework.evaluation.metrics"] == ["*"]
    assert {"framework/evaluation/metrics.py"} <= modules_of(made) - modules_of(launch())


def test_an_added_package_that_is_not_installed_is_an_error_with_the_way_out(launch):
    with pytest.raises(BadInputError, match="'no_such_package', which is not installed here: `pip"):
        launch(added_imports=("no_such_package",))
