"""Runs checks again whose outcome says nothing about the submission.

A fault of the grader (a worker that does not start, a full disk) is tried again, up to `TRIES`
times in all; a check that still has no verdict is *not graded*. A call that reached the wall-clock
limit and not the limit of processor time is repeated once, with a new budget: the machine was busy.
A call that slept is not repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from autograder.course.reading import Exercise
from autograder.grading.checks_run import OnCheck, Selection, only
from autograder.judging.not_started import without_checks
from autograder.judging.rules import is_open, runs_again
from autograder.results.report import CheckResult, ExerciseResult, Reason, TaskResult
from autograder.verdicts import Verdict
from framework.errors import SandboxError
from framework.log import logger

if TYPE_CHECKING:
    from autograder.grading.grader import Grader

_log = logger("retries")

#: Maximum number of runs of a check until it has a verdict.
TRIES = 3
#: Faults of the grader or the machine during the checks of one exercise.
FAULTS = (OSError, MemoryError, SandboxError)


def graded_once(
    grader: Grader,
    exercise: Exercise,
    on_check: OnCheck | None = None,
    select: Selection | None = None,
) -> ExerciseResult:
    """Grade `exercise`; a fault of the grader is a result too.

    Args:
        select: chooses among the checks.
    """
    try:
        return grader.grade(exercise, on_check, select)
    except FAULTS as error:
        message = f"{type(error).__name__}: {error}"
        return without_checks(exercise, "is graded", message, verdict=Verdict.NOT_GRADED)


def settled(
    grader: Grader, exercises: Sequence[Exercise], results: Iterator[ExerciseResult]
) -> Iterator[ExerciseResult]:
    """Yield the final results, then the others after repeating them one by one."""
    by_name = {exercise.name: exercise for exercise in exercises}
    left = []
    for result in results:
        if is_open(result):
            left.append(result)
        else:
            yield result
    yield from (repeated(grader, by_name[result.name], result) for result in left)


def repeated(grader: Grader, exercise: Exercise, result: ExerciseResult) -> ExerciseResult:
    """Run the open checks of `result` again, and return it; nothing else may run meanwhile."""
    for again in range(1, TRIES):
        is_left = runs_again if again == 1 else _is_not_graded
        left = [check.id for check in result.checks if is_left(check)]
        if not left:
            break
        _log.info("%s: %d checks, try %d of %d", exercise.name, len(left), again + 1, TRIES)
        select = only(left) if all(left) else None
        result = _merged(result, graded_once(grader, exercise, select=select))
    return result


def _is_not_graded(check: CheckResult) -> bool:
    return check.verdict is Verdict.NOT_GRADED


def _merged(before: ExerciseResult, again: ExerciseResult) -> ExerciseResult:
    """Replace the checks of `before` that `again` repeated; all if none of its own could run.

    Checks that could not even be prepared again stay as they were.
    """
    known = {check.id: check for check in again.checks}
    if "" in known:
        return before
    if any(not check.id for check in before.checks):
        return again
    tasks = tuple(
        TaskResult(task.name, tuple(_latest(check, known) for check in task.checks))
        for task in before.tasks
    )
    return replace(before, tasks=tasks, seconds=before.seconds + again.seconds)


def _latest(check: CheckResult, known: dict[str, CheckResult]) -> CheckResult:
    """Return the repeated form of `check`, with the reasons of both runs."""
    again = known.get(check.id)
    if again is None:
        return check
    why = Reason("repeat", check.verdict, "the check ran again: " + (check.message or "no verdict"))
    return replace(again, reasons=(*check.reasons, why, *again.reasons))
