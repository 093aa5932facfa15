"""An exception earns points only from what answers otherwise.

A check of wrong arguments wants an exception. Code that raises it whatever it is given has solved
nothing: its method has returned in no check of the exercise. Where checks wait for a part that is
not written, nothing could return, and the check waits too.
"""

from __future__ import annotations

from dataclasses import replace

from autograder.record.results import CheckResult, ExerciseResult
from autograder.verdicts import Verdict


def without_empty_refusals(result: ExerciseResult) -> ExerciseResult:
    """Return `result`, whose passed checks of exceptions fail where nothing else is answered."""
    answered = {method for check in result.checks for method in check.answered}
    waits = any(check.verdict is Verdict.BLOCKED for check in result.checks)
    verdict = Verdict.BLOCKED if waits else Verdict.FAILED
    tasks = tuple(
        replace(task, checks=tuple(_judged(one, answered, verdict) for one in task.checks))
        for task in result.tasks
    )
    return replace(result, tasks=tasks)


def _judged(check: CheckResult, answered: set[str], verdict: Verdict) -> CheckResult:
    never = sorted(set(check.refused) - answered)
    if check.verdict is not Verdict.PASSED or not never:
        return check
    message = f"{never[0]} raises an exception whatever it is given, and so here by chance"
    return replace(check, verdict=verdict, message=message, method=never[0])
