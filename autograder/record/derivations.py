"""A gradient earns points only from a backward that derives it.

Differences of `forward` give the same values as a derivation. `PairedModels.many_gradients` tells
them apart by the time that they take. Where it has found such a `backward`, no check earns points
in which this method answers.
"""

from __future__ import annotations

from dataclasses import replace

from autograder.record.results import CheckResult, ExerciseResult
from autograder.verdicts import Verdict


def without_differences(result: ExerciseResult) -> ExerciseResult:
    """Return `result`, whose passed checks are blocked where a method answers that is too slow."""
    slow = {method: check for check in result.checks for method in check.outlasted}
    if not slow:
        return result
    tasks = tuple(
        replace(task, checks=tuple(_judged(check, slow) for check in task.checks))
        for task in result.tasks
    )
    return replace(result, tasks=tasks)


def _judged(check: CheckResult, slow: dict[str, CheckResult]) -> CheckResult:
    methods = sorted(slow.keys() & set(check.answered))
    if check.verdict is not Verdict.PASSED or not methods:
        return check
    message = f'waits for {methods[0]}, which took too long in the check "{slow[methods[0]].title}"'
    return replace(check, verdict=Verdict.BLOCKED, message=message, method=methods[0])
