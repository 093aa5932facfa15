"""Collection of the evidence of one check from its answers.

If forward is wrong, everything computed from it is wrong too. So only the answers of the method
that was wrong first count: all its answers during the check, for all inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.diagnosis.comparison import is_number, same_effects, same_value
from autograder.diagnosis.evidence import Answer, AnswerEvidence, Array, Pair, Raised
from autograder.sandbox.session.calls import NO_CALL, RemoteCall
from autograder.sandbox.session.requests import Call, Get, Outcome
from autograder.sandbox.session.session import Exchange
from autograder.sandbox.wire import leaves


def gather(exchanges: Sequence[Exchange], right: Sequence[Exchange]) -> AnswerEvidence | None:
    """Return the evidence in the answers; None if it is not clear."""
    reader = _read(exchanges, right)
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
    return _read(exchanges, right).pairs


def methods_in(exchanges: Sequence[Exchange]) -> set[str]:
    """Return the names of the functions and methods that were called."""
    steps = (step for exchange in exchanges for step in exchange.steps)
    return {step.name for step in steps if isinstance(step, Call)}


def _read(exchanges: Sequence[Exchange], right: Sequence[Exchange]) -> _Reader:
    reader = _Reader()
    for theirs, expected in zip(exchanges, right, strict=True):
        if theirs.raised != expected.raised:
            reader.end(theirs, expected)
            break
        if not reader.read(theirs, expected):
            break
    return reader


@dataclass
class _Reader:
    """Goes through the answers, and remembers what each of them is about."""

    pairs: list[Pair] = field(default_factory=list)
    effects: list[tuple[str, Outcome, Outcome]] = field(default_factory=list)
    others: list[Answer] = field(default_factory=list)
    _seen: tuple[Array, ...] = ()
    _latest: tuple[str, tuple[Array, ...]] = ("", ())
    _call: RemoteCall = NO_CALL
    _gradients: dict[str, Array] = field(default_factory=dict)

    def read(self, theirs: Exchange, expected: Exchange) -> bool:
        """Note one exchange; whether its answers can be held side by side."""
        if len(theirs.outcomes) != len(expected.outcomes):
            return False
        comparable = True
        calls = theirs.calls or [NO_CALL] * len(theirs.steps)
        answers = zip(calls, theirs.steps, theirs.outcomes, expected.outcomes, strict=False)
        for self._call, step, ours, right in answers:
            if isinstance(step, Get):
                comparable = self._attribute(step.name, ours, right) and comparable
            elif isinstance(step, Call):
                comparable = self._called(step, ours, right) and comparable
        return comparable

    def end(self, theirs: Exchange, expected: Exchange) -> None:
        """Note the step at which one of them raised an exception, and the other one did not."""
        raised = theirs if theirs.raised else expected
        at = len(raised.outcomes)
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
