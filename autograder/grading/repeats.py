"""Runs checks again whose outcome says nothing about the submission.

A fault of the grader (a worker that does not start, a full disk) is tried again, up to `TRIES`
times in all; a check that still has no verdict is *not graded*. A call that reached the wall-clock
limit and not the limit of processor time is repeated once, with a new budget: the machine was busy.
A call that slept is not repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from autograder.course.reading import Exercise
from autograder.grading.checks_run import OnCheck, Selection, only
from autograder.judging.decision import not_graded
from autograder.judging.rules import is_open, judged, repeat, runs_again
from autograder.results.report import ExerciseResult
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
    """Grade `exercise`; a fault of the grader is a result too."""
    try:
        return grader.grade(exercise, on_check, select)
    except FAULTS as error:
        return not_graded(exercise, f"{type(error).__name__}: {error}")


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
    select: Selection | None = None
    for again in range(1, TRIES):
        left = [check.id for check in result.checks if runs_again(check, is_first=again == 1)]
        if not left:
            break
        _log.info("%s: %d checks, try %d of %d", exercise.name, len(left), again + 1, TRIES)
        select = only(left) if all(left) else None
        result = repeat(result, graded_once(grader, exercise, select=select))
    is_judged = select is None and not is_open(result)  # see `Grader.grade`
    return result if is_judged else judged(result)
