"""A candidate that explains a part of the wrong answers: a second mistake gives the others.

Only the method that was wrong first counts: answers of other methods follow from it. So a wrong
forward is recognised whether backward is right for it, is right for the solution, or is wrong too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from autograder.conversations.exchange import Exchange
from autograder.diagnosis.comparison import same_value, weight
from autograder.diagnosis.exchanges import Exchanges
from autograder.diagnosis.forms import in_form
from autograder.isolation.host.requests import Call, Get, Outcome

#: What stands for a missing value.
_MISSING = object()


def explained_part(
    exchanges: Exchanges, answers: Iterable[Exchange], right: Exchanges, method: str
) -> int | None:
    """Return the number of facts of `method` that a candidate explains.

    Each array counts for itself. One that is right must be right in the candidate's answers; a
    wrong one must be equal to the candidate's, or untouched by the candidate.

    Args:
        answers: the answers of the candidate.
        right: the answers of the solution.

    Returns:
        None if an answer contradicts the candidate.
    """
    explained, latest = 0, ""
    for theirs, ours, expected in zip(exchanges, answers, right, strict=True):
        outcomes = zip(
            theirs.steps, theirs.outcomes, ours.outcomes, expected.outcomes, strict=False
        )
        for step, *answered in outcomes:
            if isinstance(step, Call):
                latest = step.name
            if latest != method or (isinstance(step, Get) and step.name == "parameters"):
                continue
            part = _explained(*answered)
            if part is None:
                return None
            explained += part
        if theirs.raised or ours.raised or expected.raised:
            break
    return explained


def _explained(theirs: Outcome, ours: Outcome, right: Outcome) -> int | None:
    """Return the number of facts of one answer that a candidate explains; None if it cannot."""
    explained = 0
    for actual, candidate, expected in _leaves(*map(_everything, (theirs, ours, right))):
        candidate, expected = in_form(candidate, actual), in_form(expected, actual)
        if same_value(actual, expected):
            if not same_value(actual, candidate):
                return None
        elif same_value(actual, candidate):
            explained += weight(Outcome(actual), Outcome(expected))
        elif not same_value(candidate, expected):
            return None
    return explained


def _everything(outcome: Outcome) -> tuple[Any, ...]:
    """Return the value of a step and the arguments after it."""
    return outcome.value, outcome.args, outcome.kwargs


def _leaves(actual: Any, candidate: Any, expected: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Yield the innermost values of three answers that stand at the same place."""
    if isinstance(expected, dict) and isinstance(actual, dict) and isinstance(candidate, dict):
        for key in {**expected, **actual}:
            yield from _leaves(*(one.get(key, _MISSING) for one in (actual, candidate, expected)))
    elif all(isinstance(value, tuple) for value in (actual, candidate, expected)) and (
        len(actual) == len(candidate) == len(expected)
    ):
        for values in zip(actual, candidate, expected, strict=True):
            yield from _leaves(*values)
    else:
        yield actual, candidate, expected
