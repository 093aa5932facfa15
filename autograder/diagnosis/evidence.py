"""Evidence of a failed check: its wrong answers beside the right ones, and what was wrong first.

If forward is wrong, everything computed from it is wrong too. So only the answers of the method
that was wrong first count: all its answers during the check, for all inputs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.checks.equality import worst
from autograder.diagnosis.comparison import close
from autograder.results.report import MAX_FACT, MAX_MESSAGE, CheckResult, Fact
from autograder.sandbox.session.calls import NO_CALL, RemoteCall
from autograder.sandbox.session.process import shown
from autograder.sandbox.session.requests import Outcome
from autograder.sandbox.session.text_names import Names
from autograder.verdicts import Verdict

Array = np.ndarray[Any, Any]

#: A message gives the names of this number of items of a list.
MOST_NAMES = 4
_ITEM = re.compile(r"(\[\d+\])+$")

#: A smaller relative difference may be rounding; a larger one is a mistake.
DIFFERS = 1e-6

#: Numbers that wrong code often gives, whatever its mistake.
COMMON = (-1.0, -0.5, 0.0, 0.5, 1.0)


@dataclass(frozen=True)
class Pair:
    """One actual array of an answer, with the expected one.

    Attributes:
        method: the method that it came from; gradients come from ``backward``.
        name: its name in messages, as in ``gradients['W_h']``.
        part_of: the value that it is a part of, by its name; empty if it is the whole.
        is_argument: whether it is an argument after the call.
        inputs: the array arguments of this method.
        seen: for an answer of ``backward``, the array arguments of the last ``forward``.
        before: the values before the call, for an argument or a gradient that is added to.
        call: the call that gave this answer.
    """

    method: str
    name: str
    actual: Array
    expected: Array
    inputs: tuple[Array, ...] = ()
    seen: tuple[Array, ...] = ()
    before: Array | None = None
    call: RemoteCall = NO_CALL
    part_of: str = ""
    is_argument: bool = False

    @property
    def differs(self) -> bool:
        """Whether the two arrays differ."""
        return not close(self.actual, self.expected)

    @property
    def is_unclear(self) -> bool:
        """Whether the difference is so small that it may be rounding."""
        arrays = (self.actual, self.expected)
        if self.actual.shape != self.expected.shape or not self.differs:
            return False
        if not all(a.dtype.kind in "fc" and np.isfinite(a).all() for a in arrays):
            return False
        largest = float(np.abs(self.expected).max(initial=0.0))
        return float(np.abs(self.actual - self.expected).max()) < DIFFERS * largest


@dataclass(frozen=True)
class Answer:
    """One answer without arrays, such as a list of words, or of another form than expected.

    Attributes:
        names: its name in messages, or the names of its items.
        given: the arguments of the call.
    """

    method: str
    actual: Any
    expected: Any
    names: Names = ""
    given: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Raised:
    """An exception in the place of an answer; the name of its type is empty if there was none."""

    type: str


@dataclass(frozen=True)
class AnswerEvidence:
    """The wrong and the right answers of one failed check.

    Attributes:
        method: the method that was wrong first.
        wrong: its arrays that differ from the expected ones.
        right: its arrays that are equal to the expected ones.
        effects: calls whose arguments were changed or shared, though the solution does not, or the
            reverse.
        others: its wrong answers without arrays, or of another form than expected.
    """

    method: str
    wrong: tuple[Pair, ...] = ()
    right: tuple[Pair, ...] = ()
    effects: tuple[tuple[str, Outcome, Outcome], ...] = ()
    others: tuple[Answer, ...] = ()

    @property
    def is_of_arrays(self) -> bool:
        """Whether arrays or effects are wrong, not lists, words or an exception alone."""
        return bool(self.wrong or self.effects)

    @property
    def is_common(self) -> bool:
        """Whether the method returned one answer alone, which many mistakes give.

        A wrong tanh may be 1 at 0 for many reasons. So this alone is no evidence of any of them.
        """
        if self.effects:
            return False
        kept = (pair for pair in self.right if not pair.is_argument)
        is_one = are_common(pair.actual for pair in (*self.wrong, *kept))
        return is_one and all(_is_plain(answer.actual) for answer in self.others)

    @property
    def names(self) -> str:
        """The names of the wrong arrays, for a message; items of a long list by its name."""
        names = list(dict.fromkeys(pair.name for pair in self.wrong))
        if len(names) > MOST_NAMES:
            lists = dict.fromkeys(_ITEM.sub("", name) for name in names)
            names = [f"the numbers in {name}" if name not in names else name for name in lists]
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

    @property
    def subject(self) -> str:
        """The start of a sentence about the wrong arrays, with its verb."""
        several = len({pair.name for pair in self.wrong}) > 1
        return f"{capitalized(self.names)} {'are' if several else 'is'}"

    @property
    def same_name(self) -> list[Pair]:
        """The right arrays with the name of a wrong one."""
        names = {pair.name for pair in self.wrong}
        return [pair for pair in self.right if pair.name in names]

    @staticmethod
    def together(parts: Sequence[AnswerEvidence], right: Sequence[Pair]) -> AnswerEvidence:
        """Return the joint evidence of several checks of one method; `right` are more arrays."""
        return AnswerEvidence(
            parts[0].method,
            tuple(pair for part in parts for pair in part.wrong),
            (*(pair for part in parts for pair in part.right), *right),
            tuple(effect for part in parts for effect in part.effects),
            tuple(answer for part in parts for answer in part.others),
        )


def are_common(arrays: Iterable[Array]) -> bool:
    """Return whether all finite entries of `arrays` are one common number, or there are none."""
    numbers = set[float]()
    for array in arrays:
        is_finite = np.isfinite(array) if array.dtype.kind in "fc" else ...
        numbers |= set(array[is_finite].ravel().tolist())
    return len(numbers) <= 1 and numbers.issubset(COMMON)


def _is_plain(answer: Any) -> bool:
    """Return whether `answer` is None, a truth value or empty."""
    is_empty = isinstance(answer, str | tuple | list | dict) and not answer
    return answer is None or isinstance(answer, bool) or is_empty


def capitalized(text: str) -> str:
    """Return `text`, which is not empty, as the start of a sentence."""
    return text[0].upper() + text[1:]


def located(check: CheckResult, pairs: Sequence[Pair], free: Set[str] = frozenset()) -> CheckResult:
    """Return `check` with the method that was wrong first, its call and its wrong value.

    If forward is wrong, later gradients are wrong too, and a check may compare only these. The
    comparison of all answers with those of the solution shows which method was wrong first. Other
    checks, such as those that ended with an exception, are returned as they are.

    Args:
        pairs: in the order of the calls.
        free: methods whose answers may differ, such as random draws: they differ in passed checks,
            and no check has found them wrong.
    """
    wrong = (p for p in pairs if p.differs and p.call.method and p.call.method not in free)
    is_located = check.verdict is Verdict.FAILED and check.method
    first = next(wrong, None) if is_located else None
    if first is None or first.is_unclear:
        return check
    actual, expected = first.actual, first.expected
    if actual.shape == expected.shape:
        is_wrong = np.asarray(actual != expected)
        _, fact = worst(f"{first.name}: values", actual, expected, is_wrong)
    else:
        fact = Fact(f"{first.name}: shape", str(expected.shape), str(actual.shape))
    if first.call.method == check.method:
        return replace(check, fact=fact)
    method, call = first.call.method, shown(first.call.text, MAX_FACT)
    difference = f"{fact.what}, expected {fact.expected}, received {fact.received}"
    message = shown(f"{method} is wrong: {difference}", MAX_MESSAGE)
    details = (f"later in this check: {check.message}", *check.details)
    return replace(
        check, message=message, method=method, call=call, fact=fact, arguments=(), details=details
    )


def free_methods(checks: Iterable[CheckResult], passed: Iterable[Pair]) -> set[str]:
    """Return the methods whose answers may differ: they differ in passed checks.

    Args:
        checks: the method that a failed one of them has named is not free.
        passed: the arrays of the checks that have passed.
    """
    blamed = {check.method for check in checks if check.verdict is Verdict.FAILED}
    return {pair.call.method for pair in passed if pair.differs} - blamed
