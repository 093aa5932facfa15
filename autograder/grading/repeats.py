"""Runs checks again whose outcome says nothing about the submission.

A fault of the grader (a worker that does not start, a full disk) is tried again, up to `TRIES`
times in all; what is left then is *not graded*. A call that was late with processor time left is
made once more, with a new budget of time: the machine was busy. One that waited by itself is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from autograder.course.reading import Exercise
from autograder.grading.not_started import without_checks
from autograder.grading.pytest_run import OnCheck, Only
from autograder.record.results import CheckResult, ExerciseResult, TaskResult
from autograder.verdicts import Verdict
from framework.errors import SandboxError
from framework.log import logger

_log = logger("retries")

#: Maximum number of runs of a check until it has a verdict.
TRIES = 3
#: Faults of the grader or the machine during the checks of one exercise.
FAULTS = (OSError, MemoryError, SandboxError)


class AnyGrader(Protocol):
    """Grades the exercises of one submission, here or in other processes."""

    def grade(
        self, exercise: Exercise, on_check: OnCheck | None = None, plugins: Sequence[object] = ()
    ) -> ExerciseResult:
        """Run the checks of `exercise`, or those that the pytest `plugins` leave in."""

    def close(self) -> None:
        """End workers that nothing needed, and remove what was set up."""


def graded_once(
    grader: AnyGrader,
    exercise: Exercise,
    on_check: OnCheck | None = None,
    plugins: Sequence[object] = (),
) -> ExerciseResult:
    """Grade `exercise`; a fault of the grader is a result too.

    Args:
        plugins: of pytest, for some of the checks alone.
    """
    try:
        return grader.grade(exercise, on_check, plugins)
    except FAULTS as error:
        message = f"{type(error).__name__}: {error}"
        return without_checks(exercise, "is graded", message, verdict=Verdict.NOT_GRADED)


def is_open(result: ExerciseResult) -> bool:
    """Return whether checks of `result` have to be run again."""
    return any(map(_is_open, result.checks))


def settled(
    grader: AnyGrader, exercises: Sequence[Exercise], results: Iterator[ExerciseResult]
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


def repeated(grader: AnyGrader, exercise: Exercise, result: ExerciseResult) -> ExerciseResult:
    """Run the open checks of `result` again, and return it; nothing else may run meanwhile."""
    for again in range(1, TRIES):
        is_left = _is_open if again == 1 else _is_not_graded
        left = [check.id for check in result.checks if is_left(check)]
        if not left:
            break
        _log.info("%s: %d checks, try %d of %d", exercise.name, len(left), again + 1, TRIES)
        plugins = [Only(left)] if all(left) else []
        result = _merged(result, graded_once(grader, exercise, plugins=plugins))
    return result


def _is_open(check: CheckResult) -> bool:
    return check.stalled or _is_not_graded(check)


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
        TaskResult(task.name, tuple(known.get(check.id, check) for check in task.checks))
        for task in before.tasks
    )
    return replace(before, tasks=tasks, seconds=before.seconds + again.seconds)
