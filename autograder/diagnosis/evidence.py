"""Pairs of arrays: what the submission answered beside what is right.

Where forward is wrong, all that follows from it is wrong too, so that only the answers of the first
call that went wrong count: all that this method returned during the check, whatever the inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.diagnosis.comparison import close, is_number, same_effects
from autograder.diagnosis.replay import steps_of
from autograder.isolation.host.requests import Outcome
from autograder.isolation.host.transcript import Exchange
from autograder.isolation.wire import Handle

Array = np.ndarray[Any, Any]

#: Nearer than this, by the largest entry, it may be rounding; further off it is not.
DIFFERS = 1e-6


@dataclass(frozen=True)
class Pair:
    """One array of an answer.

    Attributes:
        method: the method that it came from; gradients come from ``backward``.
        name: for people, as in ``gradients['W_h']``.
        inputs: the arrays that this method was given.
        seen: the arrays that ``forward`` was given last, for an answer of ``backward``.
        before: what was there before the call: of an argument, or of gradients that are added to.
    """

    method: str
    name: str
    actual: Array
    expected: Array
    inputs: tuple[Array, ...] = ()
    seen: tuple[Array, ...] = ()
    before: Array | None = None

    @property
    def differs(self) -> bool:
        """Whether they are not the same."""
        return not close(self.actual, self.expected)

    @property
    def is_unclear(self) -> bool:
        """Whether they differ so little that it may be rounding."""
        if self.actual.shape != self.expected.shape or not self.differs:
            return False
        if not np.isfinite(self.actual).all() or not np.isfinite(self.expected).all():
            return False
        largest = float(np.abs(self.expected).max(initial=0.0))
        return float(np.abs(self.actual - self.expected).max()) < DIFFERS * largest


@dataclass(frozen=True)
class Evidence:
    """What one failed check shows.

    Attributes:
        wrong: the arrays that differ, of the method that went wrong first.
        right: its arrays that do not, but for those that differ elsewhere by the same name.
        effects: arguments that the submission changed, or lent, and should not; or the other way.
    """

    wrong: tuple[Pair, ...] = ()
    right: tuple[Pair, ...] = ()
    effects: tuple[tuple[str, Outcome, Outcome], ...] = ()

    @property
    def method(self) -> str:
        """The method that went wrong."""
        return self.wrong[0].method if self.wrong else self.effects[0][0]

    @property
    def names(self) -> str:
        """What is wrong, for people."""
        names = list(dict.fromkeys(pair.name for pair in self.wrong))
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

    @property
    def same_name(self) -> list[Pair]:
        """Arrays that are right, of a name that is wrong elsewhere."""
        names = {pair.name for pair in self.wrong}
        return [pair for pair in self.right if pair.name in names]

    @staticmethod
    def together(parts: Iterable[Evidence], right: Sequence[Pair]) -> Evidence:
        """The evidence of several checks, with arrays that were `right` in others."""
        parts = list(parts)
        return Evidence(
            tuple(pair for part in parts for pair in part.wrong),
            (*(pair for part in parts for pair in part.right), *right),
            tuple(effect for part in parts for effect in part.effects),
        )


def gather(exchanges: Sequence[Exchange], right: Sequence[Exchange]) -> Evidence | None:
    """What the answers show; None where that is not clear, or another form was returned."""
    reader = _read(exchanges, right)
    first = next((pair for pair in reader.pairs if pair.differs), None)
    if first is None:
        return Evidence(effects=tuple(reader.effects)) if reader.effects else None
    pairs = [pair for pair in reader.pairs if pair.method == first.method]
    wrong = tuple(pair for pair in pairs if pair.differs)
    if any(pair.is_unclear for pair in wrong):
        return None
    return Evidence(wrong, tuple(pair for pair in pairs if not pair.differs))


def pairs_of(exchanges: Sequence[Exchange], right: Sequence[Exchange]) -> list[Pair]:
    """All arrays of the answers."""
    return _read(exchanges, right).pairs


def _read(exchanges: Sequence[Exchange], right: Sequence[Exchange]) -> _Reader:
    reader = _Reader()
    for theirs, expected in zip(exchanges, right, strict=True):
        if theirs.raised != expected.raised or not reader.read(theirs, expected):
            break
    return reader


@dataclass
class _Reader:
    pairs: list[Pair] = field(default_factory=list)
    effects: list[tuple[str, Outcome, Outcome]] = field(default_factory=list)
    _seen: tuple[Array, ...] = ()
    _latest: tuple[str, tuple[Array, ...]] = ("", ())
    _gradients: dict[str, Array] = field(default_factory=dict)

    def read(self, theirs: Exchange, expected: Exchange) -> bool:
        """Note one exchange; whether its answers can be held side by side."""
        steps = steps_of(theirs)
        if len(theirs.outcomes) != len(expected.outcomes):
            return False
        comparable = True
        for triple in zip(steps, theirs.outcomes, expected.outcomes, strict=False):
            comparable = self._step(*triple) and comparable
        return comparable

    def _step(self, step: list[Any], ours: Outcome, right: Outcome) -> bool:
        if step[0] == "get":
            return self._attribute(step[2], ours, right)
        if step[0] != "call":
            return True
        method, args = step[2], step[3]
        if method == "zero_gradients":
            self._gradients = {}
        if not same_effects(ours, right):
            self.effects.append((method, ours, right))
        inputs = tuple(array for _, array in _leaves([*args, step[4]], ""))
        seen = self._seen
        if method == "forward":
            self._seen = inputs
        self._latest = (method, inputs)
        returned = self._note(_returned(method, right.value), ours.value, right.value, inputs, seen)
        before = dict(_leaves(args, "argument "))
        return returned and self._arguments(method, ours.args, right.args, inputs, before)

    def _attribute(self, name: str, ours: Outcome, right: Outcome) -> bool:
        if name == "parameters" or ours.is_method:
            return True
        before = self._gradients if name == "gradients" else {}
        _, inputs = self._latest
        noted = self._note(name, ours.value, right.value, inputs, self._seen, before)
        if name == "gradients":
            self._gradients = dict(_leaves(right.value, name))
        return noted

    def _arguments(
        self,
        method: str,
        ours: tuple[Any, ...],
        right: tuple[Any, ...],
        inputs: tuple[Array, ...],
        before: dict[str, Array],
    ) -> bool:
        return self._note("argument ", ours, right, inputs, (), before)

    def _note(
        self,
        name: str,
        ours: Any,
        right: Any,
        inputs: tuple[Array, ...],
        seen: tuple[Array, ...],
        before: dict[str, Array] | None = None,
    ) -> bool:
        mine, theirs = dict(_leaves(ours, name)), dict(_leaves(right, name))
        if set(mine) != set(theirs):
            return False
        before = before or {}
        method = self._latest[0]
        self.pairs += [
            Pair(method, key, mine[key], value, inputs, seen, before.get(key))
            for key, value in theirs.items()
        ]
        return True


def _returned(method: str, value: Any) -> str:
    """The name of what a method returns; of several results each gets its number."""
    if method == "backward":
        several = isinstance(value, tuple)
        return "the gradient of input " if several else "the gradient that backward returns"
    return f"result of {method}, part " if isinstance(value, tuple) else f"the result of {method}"


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Array]]:
    """Arrays and numbers in `value`, by names such as ``gradients['W']`` and ``argument 2``."""
    if isinstance(value, np.ndarray) or is_number(value):
        yield name, np.asarray(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{name}['{key}']")
    elif isinstance(value, (tuple, list)) and not isinstance(value, Handle):
        for i, item in enumerate(value, start=1):
            yield from _leaves(item, f"{name}{i}" if name.endswith(" ") else f"{name}[{i - 1}]")
