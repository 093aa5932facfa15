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
from autograder.diagnosis.comparison import View, numpy_errors_ignored
from autograder.diagnosis.recorded import RecordedCheck, Replayer
from autograder.verdicts import Verdict

COURSE = find_course()
#: Checks that cannot fail for what would be said. Scores of zero are the uniform distribution that
#: the first loss is compared with, and the solution's small random scores are as right. The loss of
#: a certain word is a difference of nearly equal numbers: right answers differ by its rounding, and
#: one that does not subtract the largest score rounds as some of them do.
CANNOT_FAIL = {
    "test_initial_loss": "generic/zero",
    "test_a_certain_word_does_not_move": "generic/dropped-operand",
}
ALTERNATES = sorted((ROOT / "tests" / "data" / "alternates").glob("*/*/*.py"))


def is_torch(file: Path) -> bool:
    return "torch" in file.stem


#: Some alternates of two exercises; all alternates are slow.
QUICK = [
    file for file in ALTERNATES if file.parent.name in ("activations", "rnn") and not is_torch(file)
][::5]


#: Solutions that the default run asks again; `bag_of_vectors` hands out its generator, from which
#: its check draws.
QUICK_SOLUTIONS = ("learning_rates", "bag_of_vectors")


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
    told = replace(graded, checks=passed).told_if_failed()
    assert {name: item for name, item in told.items() if CANNOT_FAIL.get(name) != item.id} == {}


@pytest.mark.parametrize("file", QUICK, ids=name_of)
def test_an_alternate_is_not_diagnosed(hand_in, file):
    nothing_is_said(hand_in, file)


@pytest.mark.slow
@pytest.mark.parametrize("file", ALTERNATES, ids=name_of)
def test_no_alternate_is_diagnosed(hand_in, file):
    nothing_is_said(hand_in, file)


def differing(graded):
    """The tasks whose answers differ when the solution is asked again."""
    replayer = Replayer(graded.exercise, graded.parts)
    recorded = {
        check.id: RecordedCheck(check, transcript.exchanges, replayer)
        for check in graded.checks
        if (transcript := graded.transcripts.get(check.id)) is not None
    }
    with numpy_errors_ignored():
        return {
            check.result.task
            for check in recorded.values()
            if check.is_wrong_in(View(strictly=True))
        }


@pytest.mark.parametrize(
    "exercise",
    [
        name if name in QUICK_SOLUTIONS else pytest.param(name, marks=pytest.mark.slow)
        for name in (exercise.name for exercise in COURSE.code_exercises)
    ],
)
def test_a_solution_gives_its_answers_again(hand_in, exercise):
    """Otherwise a passed check contradicts every explanation of the checks that failed.

    A callback keeps its state in attributes: what a closure draws, a diagnosis cannot repeat.
    """
    source = COURSE.exercise(exercise).solution_source()
    assert differing(hand_in(exercise, source)) == set()


@pytest.mark.slow
@pytest.mark.parametrize("exercise", [item.name for item in COURSE.code_exercises])
def test_no_solution_is_diagnosed(hand_in, exercise):
    nothing_is_said(hand_in, COURSE.exercise(exercise).solution)
