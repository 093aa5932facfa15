"""A decision of a rule: the verdict of a check, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from autograder.results.report import CheckResult, ExerciseResult, Reason
from autograder.verdicts import Verdict


def decided(
    check: CheckResult, rule: str, verdict: Verdict, message: str, **changes: Any
) -> CheckResult:
    """Return `check` with `verdict` and `message`; the reason is recorded.

    Args:
        rule: the name of the rule that decides.
        changes: other fields of the result.
    """
    reasons = (*check.reasons, Reason(rule, verdict, message))
    return replace(check, verdict=verdict, message=message, reasons=reasons, **changes)


def with_each_check(
    result: ExerciseResult, rule: Callable[[CheckResult], CheckResult]
) -> ExerciseResult:
    """Return `result` with `rule` applied to every check."""
    tasks = (replace(task, checks=tuple(map(rule, task.checks))) for task in result.tasks)
    return replace(result, tasks=tuple(tasks))
