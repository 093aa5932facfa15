"""The comparison of a changed solution's answers with those of a submission.

A candidate may explain a part of the wrong answers, and a second mistake the others. Only the
method that was wrong first counts: answers of other methods follow from it. So a wrong forward is
recognised whether backward is right for it, is right for the solution, or is wrong too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import starmap
from typing import Any

import numpy as np

from autograder.diagnosis.comparison import (
    View,
    facts_between,
    in_form,
    is_numeric,
    same_effects,
    same_entries,
    same_exchange,
    same_value,
    weight,
)
from autograder.diagnosis.recorded import RecordedCheck, Replayer
from autograder.diagnosis.solution_changes.search import Trials
from autograder.sandbox.session.requests import Call, Get, Outcome
from autograder.sandbox.session.session import Exchange
from autograder.sandbox.worker.dispatcher import ModuleSource

EXACT, LOOSE = View(), View(loosely=True)
#: Computes the answers of a changed solution to the requests of a check, one by one.
Answers = Callable[[], Iterable[Exchange]]


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
        return self._succeeds(
            module, check, lambda answers: any(_explains(answers(), check, each) for each in views)
        )

    def agrees(self, module: ModuleSource | None, check: RecordedCheck, view: View = EXACT) -> bool:
        """Return whether `module` gives all answers of the submission."""
        allowed = [compared.allowed for compared in check.compared(view)]
        return self._succeeds(
            module,
            check,
            lambda answers: all(map(same_exchange, check.exchanges, answers(), allowed)),
        )

    def differs(self, module: ModuleSource | None, check: RecordedCheck) -> bool:
        """Return whether `module` gives other answers than the solution."""
        return self._succeeds(
            module, check, lambda answers: not all(map(same_exchange, check.right, answers()))
        )

    def agrees_with_all(
        self, module: ModuleSource | None, checks: Iterable[RecordedCheck], view: View = EXACT
    ) -> bool:
        """Return whether `module` gives all answers of the submission in these checks."""
        return module is not None and all(self.agrees(module, check, view) for check in checks)

    def differs_by(
        self, module: ModuleSource | None, check: RecordedCheck, least: int, view: View = EXACT
    ) -> bool:
        """Return whether the submission's answers and those of `module` differ in `least` facts.

        A changed argument, or one whose memory a result shares, is enough.
        """
        allowed = [compared.allowed for compared in check.compared(view)]

        def trial(answers: Answers) -> bool:
            facts = 0
            for theirs, ours, each in zip(check.exchanges, answers(), allowed, strict=True):
                is_alike = all(map(same_effects, theirs.outcomes, ours.outcomes))
                facts += facts_between(theirs, ours, each) if is_alike else least
            return facts >= least

        return self._succeeds(module, check, trial)

    def keeps_right(self, module: ModuleSource | None, check: RecordedCheck) -> bool:
        """Return whether `module` gives the right numbers wherever the submission gives them.

        The answers of the method that was wrong first are compared. Another mistake beside that of
        `module` makes other numbers wrong, and seldom a wrong number right.
        """
        return self._succeeds(
            module,
            check,
            lambda answers: not any(starmap(_is_lost, _values(check, answers(), check.method))),
        )

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

        def trial(answers: Answers) -> bool:
            explained = 0
            for facts in starmap(_facts, _values(check, answers(), method)):
                is_open = facts == _UNTOUCHED and least and not explained
                if facts is None or is_open:
                    return False
                explained += max(facts, 0)
            return explained >= least

        return self._succeeds(module, check, trial)

    def _succeeds(
        self, module: ModuleSource | None, check: RecordedCheck, trial: Callable[[Answers], bool]
    ) -> bool:
        """Return the outcome of a trial with the answers of `module`; False without a module."""
        return module is not None and self.trials.succeeds(
            lambda: trial(partial(check.answers, module)), check.allowed_seconds
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


def _values(
    check: RecordedCheck, answers: Iterable[Exchange], method: str
) -> Iterator[tuple[Any, Any, Any]]:
    """Yield each value of `method`: that of the submission, of the candidate, and the right one."""
    latest = ""
    for theirs, ours, right in zip(check.exchanges, answers, check.right, strict=True):
        outcomes = zip(theirs.steps, theirs.outcomes, ours.outcomes, right.outcomes, strict=False)
        for step, *answered in outcomes:
            if isinstance(step, Call):
                latest = step.name
            if latest == method and not (isinstance(step, Get) and step.name == "parameters"):
                yield from _leaves(*((each.value, each.args, each.kwargs) for each in answered))
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


def _is_lost(actual: Any, candidate: Any, expected: Any) -> bool:
    """Return whether a number of a value is right, and wrong in the candidate's value.

    Real numbers alone count: a wrong id may be right by chance.
    """
    arrays = [actual, in_form(candidate, actual), in_form(expected, actual)]
    if not all(is_numeric(array) for array in arrays):
        return False
    theirs, ours, right = map(np.asarray, arrays)
    if theirs.dtype.kind != "f" or not theirs.shape == ours.shape == right.shape:
        return False
    return bool((same_entries(theirs, right) & ~same_entries(ours, right)).any())


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
