"""Hidden checks: a student learns their titles, verdicts and hints, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from autograder.results.findings.finding import Finding
from autograder.results.report import EXPLAINED, CheckResult, ExerciseResult, Report


def without_details(check: CheckResult) -> CheckResult:
    """Return `check` without a key, and if it is hidden, without what it found out."""
    if not check.hidden:
        return replace(check, findings=_without_keys(check))
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


def without_keys(report: Report) -> Report:
    """Return `report` without the model answers and rubrics of written questions."""
    return _changed(report, lambda check: replace(check, findings=_without_keys(check)))


def _without_keys(check: CheckResult) -> tuple[Finding, ...]:
    return tuple(finding.for_student() for finding in check.findings)


def for_student(report: Report) -> Report:
    """Return `report` without the details of hidden checks."""
    return _changed(report, without_details)


def _changed(report: Report, change: Callable[[CheckResult], CheckResult]) -> Report:
    """Return `report` with `change` made to every check."""

    def changed(result: ExerciseResult) -> ExerciseResult:
        tasks = (replace(task, checks=tuple(map(change, task.checks))) for task in result.tasks)
        return replace(result, tasks=tuple(tasks))

    return replace(report, exercises=tuple(map(changed, report.exercises)))
