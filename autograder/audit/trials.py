"""Grading of one changed solution, in the same way as a student's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course.reading import Exercise
from autograder.grading.grader import Grader
from autograder.grading.pytest_run import run_checks
from autograder.grading.setting import Setting
from autograder.grading.written.manual_points import NO_POINTS
from autograder.grading.written.results import grade_answers
from autograder.record.results import CheckResult
from autograder.submissions.submission import Staging, Submission
from autograder.submissions.submitted_file import SubmittedFile
from autograder.verdicts import Verdict
from framework.errors import GradusError


@dataclass(frozen=True)
class Trial:
    """One changed solution that is graded.

    Args:
        exercise: the exercise's name.
        label: its name in messages.
        source: the changed text of its solution.
        stop_early: one failing check is enough.
    """

    exercise: str
    label: str
    source: str
    stop_early: bool


@dataclass(frozen=True)
class Failure:
    """A check that a changed solution did not pass."""

    check: str
    task: str


def attempt(setting: Setting, trial: Trial) -> tuple[Failure, ...]:
    """Grade `trial` and return the checks that it fails.

    Raises:
        GradusError: gradus has a fault, so there is no result.
    """
    exercise = setting.course.exercise(trial.exercise)
    with _handed_in(setting, exercise, trial) as submission:
        results = _results(setting, exercise, trial, submission)
    for result in results:
        if result.verdict is Verdict.NOT_GRADED:
            raise GradusError(f"{trial.exercise}, {trial.label}, {result.id}: {result.message}")
    right = (Verdict.PASSED, Verdict.FOR_A_PERSON)
    return tuple(Failure(r.id, r.task) for r in results if r.verdict not in right)


def _results(
    setting: Setting, exercise: Exercise, trial: Trial, submission: Submission
) -> Sequence[CheckResult]:
    if exercise.questions:
        return grade_answers(exercise, submission, setting.seed, NO_POINTS).checks
    grader = Grader(setting, submission)
    try:
        with grader.under_test(exercise) as under_test:
            return run_checks(exercise, under_test, stop_early=trial.stop_early)
    finally:
        grader.close()


def _handed_in(setting: Setting, exercise: Exercise, trial: Trial) -> Submission:
    """Return a submission with the changed solution and the solutions that it requires."""
    required = {name: setting.course.exercise(name) for name in exercise.requires}
    sources = {name: other.solution_source() for name, other in required.items()}
    sources[exercise.name] = trial.source
    files = {
        name: SubmittedFile(name, exercise.solution, f"{name}.py", f"{name}.py", source)
        for name, source in sources.items()
    }
    return Submission(trial.label, files, "", (), Staging(sources))
