"""Hidden checks: a student learns their titles, verdicts and hints, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from autograder.record.results import EXPLAINED, CheckResult, ExerciseResult, Report


def without_details(check: CheckResult) -> CheckResult:
    """`check`, without what a hidden check found out if it is one."""
    if not check.hidden:
        return check
    return CheckResult(
        id=check.id,
        title=check.title,
        task=check.task,
        hidden=True,
        points=check.points,
        verdict=check.verdict,
        hint=check.hint if check.verdict in EXPLAINED else "",
        blocked_by=check.blocked_by,
        seconds=check.seconds,
    )


def _exercise(result: ExerciseResult) -> ExerciseResult:
    tasks = tuple(
        replace(task, checks=tuple(map(without_details, task.checks))) for task in result.tasks
    )
    return replace(result, tasks=tasks)


def for_student(report: Report) -> Report:
    """`report` without the details of hidden checks."""
    return replace(report, exercises=tuple(map(_exercise, report.exercises)))
