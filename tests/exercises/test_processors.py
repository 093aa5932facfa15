"""Tolerances and thresholds hold on other processors than this one.

OpenBLAS and NumPy choose their kernels by the processor; other kernels round in another order.
The environment chooses others here, for the grader and for its workers. By default one exercise
is graded under the plainest kernels; ``pytest -m slow tests/exercises/test_processors.py`` grades
all alternates under each kind, and compares a calibration of 20 trainings with the stored one.
"""

from __future__ import annotations

import ctypes
import inspect
import json
import math
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from grading import setting_of
from programs import completed
from repository import ROOT

from autograder.course.reading import find_course
from autograder.sandbox.runners.base import PROCESSOR_CHOICE, environment
from framework.providers.backends import REFERENCE
from plugins.authoring.calibration.calibrating import calibrated
from plugins.authoring.calibration.tolerance import FEWEST

#: Everything that NumPy dispatches on this processor.
FOUND = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
PLAIN = {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": " ".join(FOUND)}
PROCESSORS = {
    "haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "skylake": {"OPENBLAS_CORETYPE": "SkylakeX"},
    "sandybridge": {"OPENBLAS_CORETYPE": "Sandybridge"},
    "no SIMD dispatch": {"NPY_DISABLE_CPU_FEATURES": " ".join(FOUND)},
    "plain": PLAIN,
}
#: Exercises whose trainings are short, for the calibration.
CALIBRATED = ("word2vec", "optimizers")
#: Standard errors between two means of the same metric.
SURE = 4.0


def kernel() -> tuple[str, list[str]]:
    """The kernels of OpenBLAS that this process uses, and NumPy's instructions."""
    (library,) = Path(np.__file__).parents[1].glob("numpy.libs/libscipy_openblas*")
    name = ctypes.CDLL(str(library)).scipy_openblas_get_corename64_
    name.restype = ctypes.c_char_p
    result = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    return name().decode(), result


SHOW = f"""import ctypes, json
from pathlib import Path
import numpy as np
{inspect.getsource(kernel)}
print(json.dumps(kernel()))"""


def on(processor: dict[str, str], *command: str) -> str:
    """Run Python with this environment; return what it printed."""
    paths = [Path(__file__).parent, ROOT / "tests" / "support"]
    chosen = {**os.environ, **processor, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    command = (sys.executable, *command)
    done = completed(*command, cwd=ROOT, env=chosen)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("processor", PROCESSORS.values(), ids=PROCESSORS)
def test_the_environment_chooses_the_kernels(processor):
    if not any(Path(np.__file__).parents[1].glob("numpy.libs/libscipy_openblas*")):
        pytest.skip("this NumPy comes without its own OpenBLAS")
    name, result = json.loads(on(processor, "-c", SHOW))
    assert name == processor.get("OPENBLAS_CORETYPE", name)
    assert bool(result) is ("NPY_DISABLE_CPU_FEATURES" not in processor and bool(FOUND))


def test_a_worker_uses_the_kernels_of_its_grader(monkeypatch):
    for name in PROCESSOR_CHOICE:
        monkeypatch.delenv(name, raising=False)
    assert not PLAIN.keys() & environment("/scratch").keys()
    for name, value in PLAIN.items():
        monkeypatch.setenv(name, value)
    assert PLAIN.items() <= environment("/scratch").items()


ALTERNATES = (
    *("-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "slow"),
    "tests/exercises/test_alternates.py",
)


@pytest.fixture(autouse=True)
def one_seed(monkeypatch):
    monkeypatch.setenv("GRADUS_SEEDS", "1")


def test_an_exercise_is_graded_alike_by_the_plainest_kernels():
    folder = ROOT / "tests/data/alternates/gated_rnns/lstm"
    files = [str(file) for file in sorted(folder.glob("*.py")) if "torch" not in file.stem]
    grade = "from pathlib import Path; from right_answers import failures; "
    assert on(PLAIN, "-c", f"{grade}print([*failures([*map(Path, {files})], range(1))])") == "[]\n"


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("processor", PROCESSORS.values(), ids=PROCESSORS)
def test_all_alternates_get_full_marks(processor):
    print(on(processor, *ALTERNATES, "--durations=3").splitlines()[-1])


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("exercise", CALIBRATED)
@pytest.mark.parametrize("processor", PROCESSORS.values(), ids=PROCESSORS)
def test_a_calibration_finds_what_is_stored(processor, exercise):
    on(processor, "-c", f"from test_processors import same; same({exercise!r})")


def same(name: str) -> None:
    """Calibrate with the fewest trainings; compare the means with the stored ones."""
    course = find_course(ROOT)
    exercise = course.exercise(name)
    setting = setting_of(course, provider=REFERENCE)
    for metric, new in calibrated(setting, exercise, FEWEST, jobs=1).items():
        old = exercise.thresholds[metric]
        error = math.sqrt(old.spread**2 / old.seeds + new.spread**2 / new.seeds)
        assert abs(new.mean - old.mean) <= SURE * error + 1e-9, (metric, new, old)
