"""A decision of a rule: the verdict of a check, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autograder.course.reading import Exercise
from autograder.results.report import (
    MAX_MESSAGE,
    CheckResult,
    ExerciseResult,
    Reason,
    TaskResult,
)
from autograder.sandbox.session.faults import NOT_WRITTEN
from autograder.sandbox.session.process import shown
from autograder.submissions.submission import Submission
from autograder.verdicts import Verdict


def decided(
    check: CheckResult, rule: str, verdict: Verdict, message: str, **changes: Any
) -> CheckResult:
    """Return `check` as `rule` decides, with other `changes`; the reason is recorded."""
    reasons = (*check.reasons, Reason(rule, verdict, message))
    return replace(check, verdict=verdict, message=message, reasons=reasons, **changes)


def with_each_check(
    result: ExerciseResult, rule: Callable[[CheckResult], CheckResult]
) -> ExerciseResult:
    """Return `result` with `rule` applied to every check."""
    tasks = (replace(task, checks=tuple(map(rule, task.checks))) for task in result.tasks)
    return replace(result, tasks=tuple(tasks))


def not_started(exercise: Exercise, submission: Submission) -> ExerciseResult | None:
    """Return the result of code that is missing, unreadable or the untouched stub; else None."""
    file = submission.files.get(exercise.name)
    if file is None:
        return absent(exercise, submission)
    if not file.is_stub(exercise):
        return None
    return _without_checks(exercise, "is written", NOT_WRITTEN, file=file.inner)


def absent(exercise: Exercise, submission: Submission) -> ExerciseResult:
    """Return the result of an exercise whose file is missing, or cannot be read."""
    if reason := submission.unread.get(exercise.name, ""):
        return _without_checks(exercise, "can be graded", reason, verdict=Verdict.FAILED)
    return _without_checks(exercise, "is handed in", f"there is no {exercise.stub.name}")


def not_graded(exercise: Exercise, fault: str) -> ExerciseResult:
    """Return the result of an exercise that a fault of the grader kept from being graded."""
    return _without_checks(exercise, "is graded", fault, verdict=Verdict.NOT_GRADED)


def _without_checks(
    exercise: Exercise,
    wanted: str,
    message: str,
    *,
    verdict: Verdict = Verdict.NOT_STARTED,
    file: str = "",
) -> ExerciseResult:
    """Return the result with one check for each task, which shares the points of the exercise."""
    message = shown(message, MAX_MESSAGE)
    blank = (
        CheckResult("", f"{task} {wanted}", task, False, exercise.points_of(task), verdict)
        for task in exercise.task_names
    )
    checks = (decided(check, "beginning", verdict, message) for check in blank)
    tasks = tuple(TaskResult(c.task, (left_out(exercise, c),)) for c in checks)
    return ExerciseResult(exercise.name, exercise.unit, exercise.title, tasks, file=file)


def left_out(exercise: Exercise, check: CheckResult, *, is_begun: bool = True) -> CheckResult:
    """Return `check`, skipped if its task is optional and not begun.

    Other code that uses the stub of the task may raise another exception than the stub.
    """
    is_open = check.verdict is Verdict.NOT_STARTED or not is_begun
    if check.task not in exercise.optional_tasks or not is_open:
        return check
    nothing: dict[str, Any] = {"hint": "", "details": (), "frames": (), "diagnosis": None}
    return decided(check, "optional", Verdict.SKIPPED, "optional, and not begun", **nothing)


def unreadable(check: CheckResult, problem: str) -> CheckResult:
    """Return the check of a written question whose answer cannot be read."""
    return decided(check, "answer", Verdict.FAILED, shown(problem, MAX_MESSAGE))


def with_points(check: CheckResult, points: float, comment: str) -> CheckResult:
    """Return the check of an answer in prose with what an instructor gave."""
    verdict = Verdict.PASSED if points >= check.points else Verdict.FAILED
    message = f"an instructor gave {points:g} of {check.points:g}"
    if comment:
        message = f"{message}: {shown(comment, MAX_MESSAGE)}"
    return decided(check, "points", verdict, message, awarded=points)
