"""Reads the answers of a check beside the right ones: the arrays by name, and what they are about.

Names are those of the text of the exercise, as far as it has names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np

from autograder.diagnosis.comparison import is_number, same_effects, same_value
from autograder.diagnosis.evidence import Answer, AnswerEvidence, Array, Pair, Raised, are_common
from autograder.results.report import CheckResult
from autograder.sandbox.session.calls import NO_CALL, RemoteCall
from autograder.sandbox.session.requests import Call, Get, Outcome, OverwriteResult, Step
from autograder.sandbox.session.session import Exchange
from autograder.sandbox.session.text_names import Names, TextNames
from autograder.sandbox.wire import Result, leaves

#: Starts the name of arrays that a check has read before it called a method.
EARLIER = "the earlier "
#: What a result shares memory with, if a check has noticed it by overwriting the result.
KEPT = "an array that it keeps for later calls"
NO_NAMES = TextNames()
NOTHING: Mapping[str, Array] = {}


class HeldAnswers:
    """The answers of a check beside the right ones, and what they show.

    Attributes:
        result: the result of the check.
        exchanges: the requests and the answers of the code under test.
        right: the right answers to the same requests.
        names: of arguments and results, in the text of the exercise.
    """

    result: CheckResult
    exchanges: Sequence[Exchange]
    right: Sequence[Exchange]
    names: TextNames

    @property
    def id(self) -> str:
        """The id of the check."""
        return self.result.id

    @cached_property
    def _read(self) -> _AnswerReader:
        return _AnswerReader(self.names).read(self.exchanges, self.right)

    @property
    def pairs(self) -> list[Pair]:
        """All arrays of the answers, with the expected ones."""
        return self._read.pairs

    @cached_property
    def evidence(self) -> AnswerEvidence | None:
        """What the answers show of the method that was wrong first; None if it is not clear."""
        reader = self._read
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

    @property
    def method(self) -> str:
        """The method that was wrong first; empty if it is not clear."""
        return self.evidence.method if self.evidence is not None else ""

    @property
    def is_common(self) -> bool:
        """Whether many mistakes give the answers of the method that was wrong first."""
        return self.evidence is not None and self.evidence.is_common

    @property
    def telling_methods(self) -> set[str]:
        """The functions and methods that gave more than one common number, or a text."""
        arrays: dict[str, list[Array]] = {}
        for pair in self.pairs:
            arrays.setdefault(pair.method, []).append(pair.actual)
        telling = {method for method, given in arrays.items() if not are_common(given)}
        for exchange in self.exchanges:
            for step, outcome in zip(exchange.steps, exchange.outcomes, strict=False):
                texts = (leaf for _, leaf in leaves(outcome.value) if isinstance(leaf, str))
                if isinstance(step, Call) and next(texts, None) is not None:
                    telling.add(step.name)
        return telling


Held = TypeVar("Held", bound=HeldAnswers)


def groups_of(checks: Iterable[Held]) -> dict[tuple[str, bool], list[Held]]:
    """Return the checks by the method that was wrong first; those with wrong arrays come last."""
    groups: dict[tuple[str, bool], list[Held]] = {}
    for check in checks:
        if check.evidence is not None:
            key = check.evidence.method, check.evidence.is_of_arrays
            groups.setdefault(key, []).append(check)
    return dict(sorted(groups.items(), key=lambda item: not item[0][1]))


def evidence_of(
    group: Iterable[HeldAnswers], passed: Iterable[HeldAnswers]
) -> tuple[dict[str, AnswerEvidence], AnswerEvidence]:
    """Return the evidence of each failed check of a group, by its id, and the joint evidence.

    Args:
        passed: checks of the task whose answers are right.
    """
    each = {check.id: check.evidence for check in group if check.evidence is not None}
    parts = [*each.values()]
    right = (pair for check in passed for pair in check.pairs)
    return each, AnswerEvidence.together(parts, [p for p in right if p.method == parts[0].method])


@dataclass
class _AnswerReader:
    """Goes through the answers, and remembers what each of them is about.

    After a check has overwritten a result, wrong answers show that the result was not a copy. They
    say nothing about the method that gave them.
    """

    names: TextNames
    pairs: list[Pair] = field(default_factory=list)
    effects: list[tuple[str, Outcome, Outcome]] = field(default_factory=list)
    others: list[Answer] = field(default_factory=list)
    _seen: tuple[Array, ...] = ()
    _latest: tuple[str, tuple[Array, ...]] = ("", ())
    _call: RemoteCall = NO_CALL
    _gradients: dict[str, Array] = field(default_factory=dict)
    _given: tuple[Any, ...] = ()
    _overwritten: str = ""

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
        self._overwritten = ""
        for self._call, step, ours, right in answers if comparable else ():
            if isinstance(step, OverwriteResult):
                overwritten = theirs.steps[step.of]
                self._overwritten = overwritten.name if isinstance(overwritten, Call) else ""
            elif isinstance(step, Get):
                comparable = self._attribute(step.name, ours, right) and comparable
            elif isinstance(step, Call) and (read := _attribute_behind(step, theirs.steps)):
                comparable = self._earlier(read, theirs.steps, calls, ours, right) and comparable
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
            mine, other = (with_names(o, self._call.method, self.names) for o in (ours, right))
            self.effects.append((method, mine, other))
        inputs = tuple(named.array for named in named_arrays([*args, step.kwargs], ""))
        seen = self._seen
        if method == "forward":
            self._seen = inputs
        self._latest, self._given = (method, inputs), tuple(args)
        parts = self.names.parts(self._call.method, right.value)
        returned = self._note(
            result_names(method, right.value, parts), ours.value, right.value, seen
        )
        given = (self.names.parameter(self._call.method, i) or f"{i + 1}" for i in range(len(args)))
        names = tuple(f"argument {name}" for name in given)
        before = {named.name: named.array for named in named_arrays(args, names)}
        return returned and self._note(names, ours.args, right.args, (), before, is_argument=True)

    def _attribute(self, name: str, ours: Outcome, right: Outcome) -> bool:
        if name == "parameters" or ours.is_method:
            return True
        before = self._gradients if name == "gradients" else {}
        noted = self._note(name, ours.value, right.value, self._seen, before)
        if name == "gradients":
            self._gradients = {named.name: named.array for named in named_arrays(right.value, name)}
        return noted

    def _earlier(
        self,
        name: str,
        steps: Sequence[Step],
        calls: Sequence[RemoteCall],
        ours: Outcome,
        right: Outcome,
    ) -> bool:
        """Note the arrays of an attribute that were read before the calls of this request."""
        for step, call in zip(steps, calls, strict=True):
            if isinstance(step, Call) and not _attribute_behind(step, steps):
                self._latest, self._call = (step.name, ()), call
        return self._note(f"{EARLIER}{name}", ours.value, right.value)

    def _note(
        self,
        names: Names,
        ours: Any,
        right: Any,
        seen: tuple[Array, ...] = (),
        before: Mapping[str, Array] = NOTHING,
        is_argument: bool = False,
    ) -> bool:
        """Note a value beside the right one; returns whether both hold the same names."""
        method, inputs = self._latest
        mine = {named.name: named.array for named in named_arrays(ours, names)}
        theirs = list(named_arrays(right, names))
        if set(mine) != {named.name for named in theirs}:
            self.others.append(Answer(method, ours, right, names, self._given))
            return False
        pairs = [
            Pair(
                method=method,
                name=name,
                actual=mine[name],
                expected=array,
                inputs=inputs,
                seen=seen,
                before=before.get(name),
                call=self._call,
                part_of=part_of,
                is_argument=is_argument,
            )
            for name, part_of, array in theirs
        ]
        if self._overwritten and any(pair.differs for pair in pairs):
            self.effects.append((self._overwritten, Outcome(ours, aliased=(KEPT,)), Outcome(right)))
            return False
        self.pairs += pairs
        if not any(pair.differs for pair in pairs) and not same_value(ours, right):
            self.others.append(Answer(method, ours, right, names, self._given))
        return True


def with_names(outcome: Outcome, method: str, names: TextNames) -> Outcome:
    """Return `outcome` with the names of the text for the arguments that it changed or shares."""

    def named(arguments: Sequence[str]) -> tuple[str, ...]:
        every = (names.argument(method, name) for name in arguments)
        return tuple(f"argument {name.removeprefix('argument ')}" for name in every)

    return replace(outcome, changed=named(outcome.changed), aliased=named(outcome.aliased))


def _attribute_behind(step: Call, steps: Sequence[Step]) -> str:
    """Return the attribute whose value `step` calls a method of; empty if it calls the model's."""
    read = steps[step.owner.index] if isinstance(step.owner, Result) else None
    return read.name if isinstance(read, Get) else ""


def result_names(method: str, value: Any, parts: Names) -> Names:
    """Return the names of what a method returns; of several results each gets its own."""
    if isinstance(parts, tuple):
        return _in_full(parts)
    if isinstance(value, tuple):
        return tuple(f"result of {method}, part {i}" for i in range(1, len(value) + 1))
    return (
        "the gradient that backward returns" if method == "backward" else f"the result of {method}"
    )


def _in_full(names: Names) -> Names:
    """Return ``the result grad_x`` for ``grad_x``: a sentence may start with it."""
    if isinstance(names, tuple):
        return tuple(map(_in_full, names))
    return names if names.startswith("the ") else f"the result {names}"


class _Named(NamedTuple):
    """An array in a value, by its name; `part_of` names the tuple that it is an item of."""

    name: str
    part_of: str
    array: Array


def named_arrays(value: Any, names: Names) -> Iterator[_Named]:
    """Yield the arrays and numbers in `value` by name: ``gradients['W']``, ``argument x``."""
    for path, leaf in leaves(value):
        if isinstance(leaf, np.ndarray) or is_number(leaf):
            keys, name = list(path), names
            while isinstance(name, tuple) and keys:
                key = keys.pop(0)
                name = name[key] if isinstance(key, int) and key < len(name) else f"{key}"
            inside = (f"[{key}]" if isinstance(key, int) else f"['{key}']" for key in keys)
            part_of = f"{names}{path[:-1]}" if path and isinstance(path[-1], int) else ""
            yield _Named("".join((str(name), *inside)), part_of, np.asarray(leaf))
