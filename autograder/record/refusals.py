"""An exception earns points only from what answers rightly otherwise.

A check of wrong arguments wants an exception. Code that raises it whatever it is given has solved
nothing: its method has returned in no check of the exercise. Nor has code whose answers are all
wrong: one worthless answer, and an exception ever after, would earn all such points. That check
waits for a right answer of the method. Where checks wait for a part that is not written, nothing
could return, and the check waits too.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from autograder.record.results import CheckResult, ExerciseResult
from autograder.verdicts import Verdict


def without_empty_refusals(result: ExerciseResult) -> ExerciseResult:
    """Return `result`, whose passed checks of exceptions fail where nothing else is answered."""
    answered = {method for check in result.checks for method in check.answered}
    passed = [check for check in result.checks if check.verdict is Verdict.PASSED]
    right = {method for check in passed for method in check.answered}
    waits = any(check.verdict is Verdict.BLOCKED for check in result.checks)
    judge = partial(_judged, answered=answered, right=right, waits=waits)
    tasks = tuple(replace(task, checks=tuple(map(judge, task.checks))) for task in result.tasks)
    return replace(result, tasks=tasks)


def _judged(check: CheckResult, answered: set[str], right: set[str], *, waits: bool) -> CheckResult:
    wrong = sorted(set(check.refused) - right)
    if check.verdict is not Verdict.PASSED or not wrong:
        return check
    if never := [method for method in wrong if method not in answered]:
        message = f"{never[0]} raises an exception whatever it is given, and so here by chance"
        verdict = Verdict.BLOCKED if waits else Verdict.FAILED
        return replace(check, verdict=verdict, message=message, method=never[0])
    message = f"it counts once {wrong[0]} gives a right answer: all others are wrong so far"
    return replace(check, verdict=Verdict.BLOCKED, message=message, method=wrong[0])
