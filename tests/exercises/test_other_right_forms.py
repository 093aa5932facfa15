"""Right answers in a form that no text forbids get full marks, too.

Each solution is handed in with the same mathematics, but arrays that are read-only views in the
order of Fortran, NumPy's scalars, and a `backward` that works once for each `forward`. A check that
demands more needs a promise in the text.

By default a sample of the exercises is graded; ``pytest -m slow`` takes all of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from right_answers import COURSE, failures

EXERCISES = [exercise for exercise in COURSE.code_exercises if exercise.name != "autograd"]
SAMPLE = ("losses", "rnn", "lstm", "attention", "optimizers")
#: A text with this promise lets `backward` be called again.
AGAIN = "<!-- promise: backward-twice -->"

OTHER_FORM = """
import numpy as np


def _in_other_form(value):
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(_in_other_form(item) for item in value)
    if isinstance(value, dict):
        return {key: _in_other_form(item) for key, item in value.items()}
    if type(value) is float:
        return np.float64(value)
    if type(value) is np.ndarray and value.ndim:
        value = np.asfortranarray(np.repeat(value[..., None], 2, axis=-1))[..., 1]
        value.flags.writeable = False
    return value


_calls = []


def _with_other_form(function, name):
    import functools
    import inspect

    keeps = all(name[:4] in ("self", "grad") for name in inspect.signature(function).parameters)

    @functools.wraps(function)
    def call(*args, **kwargs):
        if name == "backward" and ONCE and keeps:
            if not vars(args[0]).pop("_forward_was_called", False):
                raise RuntimeError("backward is called without a forward of its own")
        _calls.append(function)
        try:
            value = function(*args, **kwargs)
        finally:
            _calls.pop()
        if name == "forward":
            vars(args[0])["_forward_was_called"] = True
        return value if _calls else _in_other_form(value)  # own calls may write in their results
    return call


for _task in TASKS:
    if isinstance(globals()[_task], type):
        for _name, _method in [*vars(globals()[_task]).items()]:
            if isinstance(_method, type(_in_other_form)) and not _name.startswith("_"):
                setattr(globals()[_task], _name, _with_other_form(_method, _name))
    else:
        globals()[_task] = _with_other_form(globals()[_task], "")
"""


def in_other_form(exercise) -> str:
    again = AGAIN in exercise.readme.read_text("utf-8")
    tasks = [task.name for task in exercise.tasks]
    return f"{exercise.solution_source()}\nONCE, TASKS = {not again}, {tasks}\n{OTHER_FORM}"


@pytest.fixture(scope="module")
def in_other_forms(tmp_path_factory) -> Path:
    """A folder ``UNIT/EXERCISE/other.py`` of all solutions, so that parts have this form, too."""
    folder = tmp_path_factory.mktemp("other_forms")
    for exercise in EXERCISES:
        file = folder / exercise.unit / exercise.name / "other.py"
        file.parent.mkdir(parents=True)
        file.write_text(in_other_form(exercise), "utf-8")
    return folder


@pytest.mark.parametrize(
    "exercise",
    [
        pytest.param(each, id=each.name, marks=() if each.name in SAMPLE else pytest.mark.slow)
        for each in EXERCISES
    ],
)
def test_the_same_mathematics_in_another_form_gets_full_marks(in_other_forms, exercise):
    file = in_other_forms / exercise.unit / exercise.name / "other.py"
    assert list(failures([file], range(1))) == []
