"""Right answers in a form that no text forbids get full marks, too.

Each solution is handed in with the same mathematics, but arrays that are read-only views in the
order of Fortran, NumPy's scalars, and a `backward` that works once for each `forward`. A check that
demands more needs a promise in the text.

By default a sample of the exercises is graded; ``pytest -m slow`` takes all of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from repository import text_of
from right_answers import COURSE, failures

EXERCISES = [exercise for exercise in COURSE.code_exercises if exercise.name != "autograd"]
SAMPLE = ("losses", "rnn", "lstm", "attention", "optimizers")
#: A text with this promise lets `backward` be called again.
AGAIN = "<!-- promise: backward-twice -->"

#: Appended to a solution: its tasks answer in another form.
OTHER_FORM = text_of("texts/other_right_forms/other_form.py")


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
