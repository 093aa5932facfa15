"""The comparison of a changed solution's answers with those of a submission.

A candidate may explain a part of the wrong answers, and a second mistake the others. Only the
method that was wrong first counts: answers of other methods follow from it. So a wrong forward is
recognised whether backward is right for it, is right for the solution, or is wrong too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import starmap
from typing import Any

from autograder.diagnosis.comparison import View, in_form, same_exchange, same_value, weight
from autograder.diagnosis.recorded import RecordedCheck, Replayer
from autograder.diagnosis.solution_changes.search import Trials
from autograder.sandbox.session.requests import Call, Get, Outcome
from autograder.sandbox.session.session import Exchange
from autograder.sandbox.worker.dispatcher import ModuleSource

EXACT, LOOSE = View(), View(loosely=True)


@dataclass(frozen=True)
class AnswerMatcher:
    """Compares the answers of changed solutions with those of the submission, in counted trials.

    None in the place of a module stands for mistakes that exclude each other: nothing is tried.
    """

    replayer: Replayer
    trials: Trials

    def explains(
        self, module: ModuleSource | None, check: RecordedCheck, view: View = EXACT
    ) -> bool:
        """Return whether `module` gives all answers of the submission, and the solution does not.

        An exception of the same type is an equal answer. It proves the same mistake only if its
        message is the same too.
        """
        views = (view, replace(view, strictly=True))
        return module is not None and self.trials.succeeds(
            lambda: any(_explains(check.answers(module), check, each) for each in views),
            check.allowed_seconds,
        )

    def agrees(self, module: ModuleSource, check: RecordedCheck, view: View = EXACT) -> bool:
        """Return whether `module` gives all answers of the submission."""

        def trial() -> bool:
            allowed = [compared.allowed for compared in check.compared(view)]
            return all(map(same_exchange, check.exchanges, check.answers(module), allowed))

        return self.trials.succeeds(trial, check.allowed_seconds)

    def differs(self, module: ModuleSource | None, check: RecordedCheck) -> bool:
        """Return whether `module` gives other answers than the solution."""
        return module is not None and self.trials.succeeds(
            lambda: not all(map(same_exchange, check.right, check.answers(module))),
            check.allowed_seconds,
        )

    def agrees_with_all(
        self, module: ModuleSource | None, checks: Iterable[RecordedCheck], view: View = EXACT
    ) -> bool:
        """Return whether `module` gives all answers of the submission in these checks."""
        return module is not None and all(self.agrees(module, check, view) for check in checks)

    def explains_part(
        self, module: ModuleSource | None, check: RecordedCheck, method: str, least: int
    ) -> bool:
        """Return whether `module` explains some wrong answers of `method` without a contradiction.

        Each array counts for itself. One that is right must be right in the candidate's answers; a
        wrong one must be equal to the candidate's, or untouched by the candidate. The first wrong
        one must be equal: the others may follow from it.

        Args:
            least: the number of facts that must be explained.
        """

        def trial(module: ModuleSource) -> bool:
            explained = 0
            for facts in _explained(check, check.answers(module), method):
                is_open = facts == _UNTOUCHED and least and not explained
                if facts is None or is_open:
                    return False
                explained += max(facts, 0)
            return explained >= least

        return module is not None and self.trials.succeeds(
            lambda: trial(module), check.allowed_seconds
        )


def _explains(answers: Iterable[Exchange], check: RecordedCheck, view: View) -> bool:
    """Return whether the answers are equal, and an equal answer is a wrong one."""
    is_evidence = False
    for theirs, ours, compared in zip(check.exchanges, answers, check.compared(view), strict=True):
        if not same_exchange(theirs, ours, compared.allowed):
            return False
        same_words = theirs.message == ours.message
        if not theirs.raised or same_words or len(theirs.outcomes) in compared.allowed.free:
            is_evidence = is_evidence or compared.is_wrong
    return is_evidence


#: What stands for a missing value, and for the facts of a wrong value that is right in a candidate.
_MISSING, _UNTOUCHED = object(), -1


def _explained(
    check: RecordedCheck, answers: Iterable[Exchange], method: str
) -> Iterator[int | None]:
    """Yield how many facts of each value of `method` the answers of a candidate explain."""
    latest = ""
    for theirs, ours, right in zip(check.exchanges, answers, check.right, strict=True):
        outcomes = zip(theirs.steps, theirs.outcomes, ours.outcomes, right.outcomes, strict=False)
        for step, *answered in outcomes:
            if isinstance(step, Call):
                latest = step.name
            if latest == method and not (isinstance(step, Get) and step.name == "parameters"):
                values = ((each.value, each.args, each.kwargs) for each in answered)
                yield from starmap(_facts, _leaves(*values))
        if theirs.raised or ours.raised or right.raised:
            break


def _facts(actual: Any, candidate: Any, expected: Any) -> int | None:
    """Return how many facts of one value a candidate explains; None if the two contradict.

    `_UNTOUCHED` if the value is wrong, and the candidate has the right one.
    """
    candidate, expected = in_form(candidate, actual), in_form(expected, actual)
    if same_value(actual, candidate):
        return 0 if same_value(actual, expected) else weight(Outcome(actual), Outcome(expected))
    is_untouched = same_value(candidate, expected) and not same_value(actual, expected)
    return _UNTOUCHED if is_untouched else None


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
