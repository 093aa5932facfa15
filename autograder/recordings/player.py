"""Answers from a recording in place of the reference.

A recorded request is answered with its recorded answer. An object of the reference has a state, so
that a request about it is only answered after the same requests about it as in the recording.
Everything else raises `NotRecorded`: only the course's own grader has an answer.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.isolation.host.calls import CallLog
from autograder.isolation.host.faults import NotRecorded
from autograder.isolation.host.remote import OnRecord
from autograder.isolation.host.requests import Outcome, Step
from autograder.isolation.host.transcript import Transcript
from autograder.isolation.wire import Handle
from autograder.recordings.draws import RecordedGenerator
from autograder.recordings.matching import handles_in, same_request
from autograder.recordings.tape import Exchange, Tape, plain_steps

#: In place of a class and a name, where no attribute is read.
NOTHING = ("", "")


@dataclass
class _Object:
    """A live object: its id in the recording, and the exchange that involved it last."""

    recorded: int
    latest: int


class RecordedSession(OnRecord):
    """A conversation with the recorded reference.

    Args:
        tape_of: returns the tape of the check with an id.
    """

    def __init__(self, tape_of: Callable[[str], Tape]) -> None:
        self.calls = CallLog()
        self.uncontained: tuple[str, ...] = ()
        self.transcript: Transcript | None = None
        self.tape_of = tape_of
        self._play(Tape())
        self.begin()

    def begin_check(self, check: str) -> None:
        """Play the tape of the check with this id."""
        self._play(self.tape_of(check))
        self.unconfirmed = False

    def generator(self, check: str, rng: np.random.Generator) -> np.random.Generator:
        """Return the generator of `check`, which gives the recorded draws first."""
        return RecordedGenerator(rng, self.tape_of(check).draws)

    def _play(self, tape: Tape) -> None:
        self._tape = tape
        #: The ids of the objects in each recorded exchange.
        self._involved = [
            set() if _is_lookup(exchange) else _handle_ids(exchange) for exchange in tape.exchanges
        ]
        #: The class and the name of each method; a check may look it up any number of times.
        self._methods = {_looked_up(one.steps) for one in tape.exchanges if _is_lookup(one)}

    def begin(self) -> None:
        """Start a check: objects of earlier ones are forgotten."""
        self.unconfirmed = False
        self.calls.clear()
        self._objects: dict[int, _Object] = {}
        self._used: set[int] = set()

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Return the recorded outcomes of the steps.

        Raises:
            NotRecorded: the recording has none.
        """
        request = plain_steps(steps)
        if _looked_up(request) in self._methods:
            return [Outcome(is_method=True)]
        live = list(dict.fromkeys(handle.id for handle in handles_in(request)))
        number = next(self._matching(request, live), None)
        if number is None:
            raise NotRecorded("asks the reference for what its recording does not answer")
        self._used.add(number)
        return self._answer(number, live)

    def lose(self, handle: Handle) -> None:
        """Answer nothing about the object of `handle` from now on."""
        self._objects.pop(handle.id, None)

    def printed(self) -> str:
        """Return nothing: a recording prints nothing."""
        return ""

    def close(self) -> None:
        """End nothing: a recording needs no process."""

    def _matching(self, request: list[list[Any]], live: Sequence[int]) -> Iterator[int]:
        """Yield the numbers of the recorded exchanges that are `request`, unused ones first."""
        objects = {one: self._objects[one].recorded for one in live if one in self._objects}
        numbers = range(len(self._tape.exchanges))
        for number in sorted(numbers, key=lambda number: number in self._used):
            follows = all(one in objects and self._next(one) == number for one in live)
            if follows and same_request(request, self._tape.exchanges[number].steps, objects):
                yield number

    def _next(self, live: int) -> int | None:
        """Return the number of the next recorded exchange that involves a live object."""
        one = self._objects[live]
        numbers = range(one.latest + 1, len(self._tape.exchanges))
        return next((n for n in numbers if one.recorded in self._involved[n]), None)

    def _answer(self, number: int, live: Sequence[int]) -> list[Outcome]:
        """Return the recorded outcomes, with the handles of live objects."""
        exchange = self._tape.exchanges[number]
        names = {self._objects[one].recorded: one for one in live}
        for recorded in sorted(self._involved[number] - set(names)):
            names[recorded] = self._live_object(recorded, number)
        for one in names.values():
            self._objects[one].latest = number
        return [_with_handles(copy.deepcopy(outcome), names) for outcome in exchange.outcomes]

    def _live_object(self, recorded: int, number: int) -> int:
        """Return the id of the live object for a handle that an answer brings."""
        is_new = all(recorded not in self._involved[n] for n in range(number))
        known = [one for one, object_ in self._objects.items() if object_.recorded == recorded]
        if known and not is_new:
            return known[-1]
        live = max(self._objects, default=0) + 1
        self._objects[live] = _Object(recorded, number)
        return live


def _is_lookup(exchange: Exchange) -> bool:
    """Return whether a check only asks whether an attribute is a method."""
    return _looked_up(exchange.steps) != NOTHING and exchange.outcomes[0].is_method


def _looked_up(request: list[list[Any]]) -> tuple[str, str]:
    """Return the class and the name of the one attribute that is read; `NOTHING` for others."""
    if len(request) == 1 and request[0][0] == "get" and isinstance(request[0][1], Handle):
        return request[0][1].type_name, request[0][2]
    return NOTHING


def _handle_ids(exchange: Exchange) -> set[int]:
    values = [outcome.value for outcome in exchange.outcomes]
    return {handle.id for handle in handles_in([exchange.steps, values])}


def _with_handles(outcome: Outcome, names: dict[int, int]) -> Outcome:
    """Return `outcome` with the ids of live objects."""
    return Outcome(
        _renamed(outcome.value, names),
        outcome.is_method,
        outcome.changed,
        outcome.aliased,
        outcome.args,
        outcome.kwargs,
    )


def _renamed(value: Any, names: dict[int, int]) -> Any:
    if isinstance(value, Handle):
        return Handle(names[value.id], value.type_name, value.methods)
    if isinstance(value, dict):
        return {key: _renamed(item, names) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_renamed(item, names) for item in value)
    return value
