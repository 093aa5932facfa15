"""Proves that a kit works: solutions pass in it without the solutions, and stubs get nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.course.reading import Exercise
from autograder.grading.checks_run import only
from autograder.grading.grader import Grader
from autograder.grading.repeats import TRIES
from autograder.grading.setting import Setting
from autograder.judging.rules import judged
from autograder.kits.recording import RIGHT
from autograder.record.results import CheckResult
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict
from framework.errors import BadInputError


@dataclass(frozen=True)
class Proof:
    """What the checks of one exercise are worth in the kit.

    Attributes:
        points: of all its checks.
        open_checks: checks that need the course's grader -> their points.
    """

    exercise: str
    points: float
    open_checks: dict[str, float]


def prove(setting: Setting, solutions: Submission, stubs: Submission, exercise: Exercise) -> Proof:
    """Grade the solution and the stub of `exercise` in the kit of `setting`.

    Raises:
        BadInputError: the solution does not pass, or the stub passes a check.
    """
    right = _graded(setting, solutions, exercise)
    for check in right:
        if check.verdict not in RIGHT:
            raise BadInputError(
                f"in the kit, the solution of {exercise.name} fails {check.id}: {check.message}"
            )
    for check in _graded(setting, stubs, exercise, tries=1):
        if check.verdict is Verdict.PASSED:
            raise BadInputError(f"in the kit, the stub of {exercise.name} passes {check.id}")
    needing = [check for check in right if check.verdict is Verdict.NEEDS_GRADER]
    return Proof(exercise.name, _points(right), {check.id: check.points for check in needing})


def _graded(
    setting: Setting, submission: Submission, exercise: Exercise, tries: int = TRIES
) -> list[CheckResult]:
    """Return the results; a check of a trained model may fail by chance, and is tried again."""
    found: dict[str, CheckResult] = {}
    grader = Grader(setting, submission)
    try:
        for _ in range(tries):
            left = [name for name, check in found.items() if check.verdict not in RIGHT]
            if found and not left:
                break
            result = judged(grader.grade(exercise, select=only(left) if left else None))
            found |= {check.id: check for check in result.checks}
    finally:
        grader.close()
    return list(found.values())


def _points(checks: Iterable[CheckResult]) -> float:
    return sum(check.points for check in checks)
