"""Hidden checks: a student learns their titles, verdicts and hints, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from autograder.judging.decision import with_each_check
from autograder.results.report import EXPLAINED, CheckResult, Report


def without_details(check: CheckResult) -> CheckResult:
    """Return `check` without a key, and if it is hidden, without what it found out."""
    if not check.hidden:
        return _without_keys(check)
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
    return _changed(report, _without_keys)


def _without_keys(check: CheckResult) -> CheckResult:
    return replace(check, findings=tuple(finding.for_student() for finding in check.findings))


def for_student(report: Report) -> Report:
    """Return `report` without the details of hidden checks."""
    return _changed(report, without_details)


def _changed(report: Report, change: Callable[[CheckResult], CheckResult]) -> Report:
    """Return `report` with `change` made to every check."""
    exercises = (with_each_check(result, change) for result in report.exercises)
    return replace(report, exercises=tuple(exercises))
