"""The comparison of a changed solution's answers with those of a submission.

A candidate may explain a part of the wrong answers, and a second mistake the others. Only the
method that was wrong first counts: answers of other methods follow from it. So a wrong forward is
recognised whether backward is right for it, is right for the solution, or is wrong too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from autograder.diagnosis.comparison import same_value, weight
from autograder.diagnosis.exchanges import Exchanges, View, same_exchange
from autograder.diagnosis.forms import in_form
from autograder.diagnosis.recorded import RecordedCheck, Replayer
from autograder.diagnosis.replay import Module
from autograder.diagnosis.solution_changes.search import Trials
from autograder.sandbox.session.requests import Call, Get, Outcome
from autograder.sandbox.session.session import Exchange

EXACT, LOOSE = View(), View(loosely=True)


@dataclass(frozen=True)
class AnswerMatcher:
    """Compares the answers of changed solutions with those of the submission, in counted trials."""

    replayer: Replayer
    trials: Trials

    def explains(self, module: Module, check: RecordedCheck, view: View = EXACT) -> bool:
        """Return whether `module` gives all answers of the submission, and the solution does not.

        An exception of the same type is an equal answer. It proves the same mistake only if its
        message is the same too.
        """
        return self.trials.succeeds(
            lambda: (
                self._explains(module, check, view)
                or self._explains(module, check, replace(view, strictly=True))
            ),
            check.allowed_seconds,
        )

    def agrees(self, module: Module, check: RecordedCheck, view: View = EXACT) -> bool:
        """Return whether `module` gives all answers of the submission."""

        def trial() -> bool:
            answers = check.answers(module)
            allowed = [compared.allowed for compared in check.compared(view)]
            return all(map(same_exchange, check.exchanges, answers, allowed))

        return self.trials.succeeds(trial, check.allowed_seconds)

    def differs(self, module: Module, check: RecordedCheck) -> bool:
        """Return whether `module` gives other answers than the solution."""

        def trial() -> bool:
            answers = check.answers(module)
            return not all(map(same_exchange, check.right, answers))

        return self.trials.succeeds(trial, check.allowed_seconds)

    def agrees_with_all(
        self, module: Module, checks: Iterable[RecordedCheck], view: View = EXACT
    ) -> bool:
        """Return whether `module` gives all answers of the submission in these checks."""
        return all(self.agrees(module, check, view) for check in checks)

    def explains_part(self, module: Module, check: RecordedCheck, method: str, least: int) -> bool:
        """Return whether `module` explains some wrong answers of `method` without a contradiction.

        Args:
            least: the number of facts that must be explained.
        """

        def trial() -> bool:
            answers = check.answers(module)
            part = explained_part(check.exchanges, answers, check.right, method)
            return part is not None and part >= least

        return self.trials.succeeds(trial, check.allowed_seconds)

    def _explains(self, module: Module, check: RecordedCheck, view: View) -> bool:
        """Return whether the answers are equal, and an equal answer is a wrong one."""
        is_evidence = False
        answers = check.answers(module)
        for theirs, ours, compared in zip(
            check.exchanges, answers, check.compared(view), strict=True
        ):
            if not same_exchange(theirs, ours, compared.allowed):
                return False
            same_words = theirs.message == ours.message
            if not theirs.raised or same_words or len(theirs.outcomes) in compared.allowed.free:
                is_evidence = is_evidence or compared.is_wrong
        return is_evidence


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
            yield from _leaves(
                *(value.get(key, _MISSING) for value in (actual, candidate, expected))
            )
    elif all(isinstance(value, tuple) for value in (actual, candidate, expected)) and (
        len(actual) == len(candidate) == len(expected)
    ):
        for values in zip(actual, candidate, expected, strict=True):
            yield from _leaves(*values)
    else:
        yield actual, candidate, expected
