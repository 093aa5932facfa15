"""Runs checks again whose outcome says nothing about the submission.

A fault of the grader (a worker that does not start, a full disk) is tried again, up to `TRIES`
times in all; what is left then is *not graded*. A call that was late with processor time left is
made once more, with a new budget of time: the machine was busy, or it waits for something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from autograder.course.reading import Exercise
from autograder.grading.not_started import without_checks
from autograder.record.results import CheckResult, ExerciseResult, TaskResult
from autograder.verdicts import Verdict
from framework.errors import SandboxError

if TYPE_CHECKING:
    from autograder.grading.grader import Grader
    from autograder.grading.pytest_run import OnCheck

#: How often a check is run, at most, until it is known what becomes of it.
TRIES = 3
#: What can go wrong around the checks of one exercise without any doing of the submission.
FAULTS = (OSError, MemoryError, SandboxError)


def graded_once(
    grader: Grader, exercise: Exercise, on_check: OnCheck | None = None, only: Sequence[str] = ()
) -> ExerciseResult:
    """Grade `exercise`; a fault of the grader is a result too.

    Args:
        only: ids of the checks to run; by default all.
    """
    try:
        return grader.grade(exercise, on_check, only)
    except FAULTS as error:
        message = f"{type(error).__name__}: {error}"
        return without_checks(exercise, "is graded", message, verdict=Verdict.NOT_GRADED)


def is_open(result: ExerciseResult) -> bool:
    """Whether checks of `result` have to be run again."""
    return any(map(_is_open, result.checks))


def repeated(grader: Grader, exercise: Exercise, result: ExerciseResult) -> ExerciseResult:
    """`result`, once its open checks were run again; to be called while nothing else runs."""
    for again in range(1, TRIES):
        is_left = _is_open if again == 1 else _is_not_graded
        left = [check.id for check in result.checks if is_left(check)]
        if not left:
            break
        result = _merged(result, graded_once(grader, exercise, only=[id for id in left if id]))
    return result


def _is_open(check: CheckResult) -> bool:
    return check.stalled or _is_not_graded(check)


def _is_not_graded(check: CheckResult) -> bool:
    return check.verdict is Verdict.NOT_GRADED


def _merged(before: ExerciseResult, again: ExerciseResult) -> ExerciseResult:
    """`before` with the checks of `again` in place of its own; a result without checks gives way.

    Checks that could not even be prepared again stay as they were.
    """
    known = {check.id: check for check in again.checks}
    if "" in known:
        return before
    if any(not check.id for check in before.checks):
        return again
    tasks = tuple(
        TaskResult(task.name, tuple(known.get(check.id, check) for check in task.checks))
        for task in before.tasks
    )
    return replace(before, tasks=tasks, seconds=before.seconds + again.seconds)
