"""Evidence of a failed check: its wrong answers beside the right ones, and what was wrong first.

If forward is wrong, everything computed from it is wrong too. So only the answers of the method
that was wrong first count: all its answers during the check, for all inputs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.checks.equality import worst_fact
from autograder.diagnosis.comparison import close, is_number, same_effects, same_value
from autograder.results.report import MAX_FACT, CheckResult, Fact
from autograder.sandbox.session.calls import NO_CALL, RemoteCall
from autograder.sandbox.session.process import shown
from autograder.sandbox.session.requests import Call, Get, Outcome
from autograder.sandbox.session.session import Exchange
from autograder.sandbox.wire import leaves

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
    """One answer without arrays, such as a list of words, or of another form than expected."""

    method: str
    actual: Any
    expected: Any


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
        kept = (pair for pair in self.right if not pair.name.startswith("argument "))
        numbers = set[float]()
        for array in (pair.actual for pair in (*self.wrong, *kept)):
            is_finite = np.isfinite(array) if array.dtype.kind in "fc" else ...
            numbers |= set(array[is_finite].ravel().tolist())
        is_one = len(numbers) <= 1 and numbers.issubset(COMMON)
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
    comparison of all answers with those of the solution shows which method was wrong first.

    Args:
        pairs: in the order of the calls.
        free: methods whose answers may differ, such as random draws: they differ in passed checks,
            and no check has found them wrong.
    """
    wrong = (p for p in pairs if p.differs and p.call.method and p.call.method not in free)
    first = next(wrong, None)
    if first is None or first.is_unclear:
        return check
    actual, expected = first.actual, first.expected
    if actual.shape == expected.shape:
        fact = worst_fact(f"{first.name}: values", actual, expected, np.asarray(actual != expected))
    else:
        fact = Fact(f"{first.name}: shape", str(expected.shape), str(actual.shape))
    if first.call.method == check.method:
        return replace(check, fact=fact)
    difference = f"expected {fact.expected}, received {fact.received}"
    note = f"{first.call.method} is wrong before that: {fact.what}, {difference}"
    call = shown(first.call.text, MAX_FACT)
    details = (*check.details, note)
    return replace(check, method=first.call.method, call=call, fact=fact, details=details)


def gather(exchanges: Sequence[Exchange], right: Sequence[Exchange]) -> AnswerEvidence | None:
    """Return the evidence in the answers; None if it is not clear."""
    reader = _AnswerReader().read(exchanges, right)
    first = next((pair.method for pair in reader.pairs if pair.differs), None)
    if first is not None:
        pairs = [pair for pair in reader.pairs if pair.method == first]
        wrong = tuple(pair for pair in pairs if pair.differs)
        if any(pair.is_unclear for pair in wrong):
            return None
        return AnswerEvidence(first, wrong, tuple(pair for pair in pairs if not pair.differs))
    if reader.effects:
        return AnswerEvidence(reader.effects[0][0], effects=tuple(reader.effects))
    if not reader.others:
        return None
    method = reader.others[0].method
    others = tuple(answer for answer in reader.others if answer.method == method)
    return AnswerEvidence(method, others=others)


def pairs_of(exchanges: Sequence[Exchange], right: Sequence[Exchange]) -> list[Pair]:
    """Return all arrays of the answers, with the expected ones."""
    return _AnswerReader().read(exchanges, right).pairs


def methods_in(exchanges: Sequence[Exchange]) -> set[str]:
    """Return the names of the functions and methods that were called."""
    steps = (step for exchange in exchanges for step in exchange.steps)
    return {step.name for step in steps if isinstance(step, Call)}


@dataclass
class _AnswerReader:
    """Goes through the answers, and remembers what each of them is about."""

    pairs: list[Pair] = field(default_factory=list)
    effects: list[tuple[str, Outcome, Outcome]] = field(default_factory=list)
    others: list[Answer] = field(default_factory=list)
    _seen: tuple[Array, ...] = ()
    _latest: tuple[str, tuple[Array, ...]] = ("", ())
    _call: RemoteCall = NO_CALL
    _gradients: dict[str, Array] = field(default_factory=dict)

    def read(self, exchanges: Sequence[Exchange], right: Sequence[Exchange]) -> _AnswerReader:
        """Note the answers, as long as they can be held side by side."""
        for theirs, expected in zip(exchanges, right, strict=True):
            if theirs.raised != expected.raised:
                self._end(theirs, expected)
                break
            if not self._exchange(theirs, expected):
                break
        return self

    def _exchange(self, theirs: Exchange, expected: Exchange) -> bool:
        comparable = len(theirs.outcomes) == len(expected.outcomes)
        calls = theirs.calls or [NO_CALL] * len(theirs.steps)
        answers = zip(calls, theirs.steps, theirs.outcomes, expected.outcomes, strict=False)
        for self._call, step, ours, right in answers if comparable else ():
            if isinstance(step, Get):
                comparable = self._attribute(step.name, ours, right) and comparable
            elif isinstance(step, Call):
                comparable = self._called(step, ours, right) and comparable
        return comparable

    def _end(self, theirs: Exchange, expected: Exchange) -> None:
        """Note the step at which one of them raised an exception, and the other one did not."""
        at = len((theirs if theirs.raised else expected).outcomes)
        names = [step.name for step in theirs.steps[: at + 1] if isinstance(step, Call)]
        method = names[-1] if names else self._latest[0]
        if method and not self.others:
            self.others.append(Answer(method, Raised(theirs.raised), Raised(expected.raised)))

    def _called(self, step: Call, ours: Outcome, right: Outcome) -> bool:
        method, args = step.name, list(step.args)
        if method == "zero_gradients":
            self._gradients = {}
        if not same_effects(ours, right):
            self.effects.append((method, ours, right))
        inputs = tuple(array for _, array in _named_arrays([*args, step.kwargs], ""))
        seen = self._seen
        if method == "forward":
            self._seen = inputs
        self._latest = (method, inputs)
        returned = self._note(_returned(method, right.value), ours.value, right.value, inputs, seen)
        before = dict(_named_arrays(args, "argument "))
        return returned and self._note("argument ", ours.args, right.args, inputs, (), before)

    def _attribute(self, name: str, ours: Outcome, right: Outcome) -> bool:
        if name == "parameters" or ours.is_method:
            return True
        before = self._gradients if name == "gradients" else {}
        _, inputs = self._latest
        noted = self._note(name, ours.value, right.value, inputs, self._seen, before)
        if name == "gradients":
            self._gradients = dict(_named_arrays(right.value, name))
        return noted

    def _note(
        self,
        name: str,
        ours: Any,
        right: Any,
        inputs: tuple[Array, ...],
        seen: tuple[Array, ...],
        before: dict[str, Array] | None = None,
    ) -> bool:
        mine, theirs = dict(_named_arrays(ours, name)), dict(_named_arrays(right, name))
        method = self._latest[0]
        if set(mine) != set(theirs):
            self.others.append(Answer(method, ours, right))
            return False
        before = before or {}
        pairs = [
            Pair(method, key, mine[key], value, inputs, seen, before.get(key), self._call)
            for key, value in theirs.items()
        ]
        self.pairs += pairs
        if not any(pair.differs for pair in pairs) and not same_value(ours, right):
            self.others.append(Answer(method, ours, right))
        return True


def _returned(method: str, value: Any) -> str:
    """Return the name of what a method returns; of several results each gets its number."""
    if method == "backward":
        several = isinstance(value, tuple)
        return "the gradient of input " if several else "the gradient that backward returns"
    return f"result of {method}, part " if isinstance(value, tuple) else f"the result of {method}"


def _named_arrays(value: Any, name: str) -> Iterator[tuple[str, Array]]:
    """Yield the arrays and numbers in `value` with names: ``gradients['W']``, ``argument 2``.

    Args:
        name: of `value`; if it ends with a space, the numbers of the items follow, from 1.
    """
    for path, leaf in leaves(value):
        if isinstance(leaf, np.ndarray) or is_number(leaf):
            keys, whole = list(path), name
            if name.endswith(" ") and keys and isinstance(keys[0], int):
                whole = f"{name}{keys.pop(0) + 1}"
            inside = (f"[{key}]" if isinstance(key, int) else f"['{key}']" for key in keys)
            yield "".join((whole, *inside)), np.asarray(leaf)
