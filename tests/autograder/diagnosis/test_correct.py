"""No correct solution is ever diagnosed, in whatever style it is written.

As a right answer fails no check, the question is asked in another way: would anything be said,
had all its checks failed?
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from repository import ROOT

from autograder.course.reading import find_course
from autograder.verdicts import Verdict

COURSE = find_course()
ALTERNATES = sorted((ROOT / "tests" / "alternates").glob("*/*/*.py"))


def is_torch(file: Path) -> bool:
    return "torch" in file.stem


QUICK = [
    file for file in ALTERNATES if file.parent.name in ("activations", "rnn") and not is_torch(file)
]


def name_of(file: Path) -> str:
    return f"{file.parent.name}-{file.stem}"


def nothing_is_said(hand_in, file):
    backend = "torch" if is_torch(file) else "numpy"
    required = {}
    for name in COURSE.exercise(file.parent.name).requires:
        unit = COURSE.exercise(name).unit
        if (same_style := file.parents[2] / unit / name / file.name).is_file():
            required[name] = same_style.read_text("utf-8")
    graded = hand_in(file.parent.name, file.read_text("utf-8"), backend, required)
    passed = [check for check in graded.checks if check.verdict is Verdict.PASSED]
    assert len(passed) > len(graded.checks) / 2  # all of them, as test_alternates.py shows
    assert replace(graded, checks=passed).told_if_failed() == {}


@pytest.mark.parametrize("file", QUICK, ids=name_of)
def test_an_alternate_is_not_diagnosed(hand_in, file):
    nothing_is_said(hand_in, file)


@pytest.mark.slow
@pytest.mark.parametrize("file", ALTERNATES, ids=name_of)
def test_no_alternate_is_diagnosed(hand_in, file):
    nothing_is_said(hand_in, file)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", [one.name for one in COURSE.code_exercises])
def test_no_solution_is_diagnosed(hand_in, exercise):
    nothing_is_said(hand_in, COURSE.exercise(exercise).solution)
