"""Answers from a recording in place of the reference.

A recorded request is answered with its recorded answer. An object of the reference has a state, so
that a request about it is only answered after the same requests about it as in the recording.
Everything else raises `NotRecorded`: only the course's own grader has an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.conversations.draws import RecordedGenerator
from autograder.conversations.recording import Tape, handles_in
from autograder.sandbox.session.faults import NotRecorded
from autograder.sandbox.session.requests import Outcome, Step, unnumbered
from autograder.sandbox.session.session import Exchange, Session, copied, request_frame
from autograder.sandbox.wire import Handle, map_leaves, same_form, zip_leaves

#: The largest difference of equal numbers, as a share of the largest number of an array.
RTOL = 1e-9
#: In place of a class and a name, where no attribute is read.
NOTHING = ("", "")


@dataclass
class _LiveObject:
    """A live object: its id in the recording, and the exchange that involved it last."""

    recorded: int
    latest: int


class RecordedSession(Session):
    """A conversation with the recorded reference.

    Args:
        tapes: by the id of their check; a check without a tape has nothing recorded.
    """

    is_on_record = True

    def __init__(self, tapes: Mapping[str, Tape]) -> None:
        super().__init__()
        self._tapes = tapes
        self.begin()

    def tape_of(self, check: str) -> Tape:
        """Return the tape of the check with this id."""
        return self._tapes.get(check, Tape())

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        """Return a generator that gives the recorded draws first."""
        return RecordedGenerator(rng, self._draws)

    def begin(self, check: str = "") -> None:
        """Start the check with the id `check`, and its tape."""
        super().begin(check)
        tape = self.tape_of(check)
        self._draws = tape.draws
        self._answers = [exchange.outcomes for exchange in tape.exchanges]
        self._requests = [exchange.plain_steps() for exchange in tape.exchanges]
        #: The class and the name of a method, where a check only asks whether it is one.
        looked_up = [
            _attribute(request) if answer and answer[0].is_method else NOTHING
            for request, answer in zip(self._requests, self._answers, strict=True)
        ]
        #: The ids of the objects in each recorded exchange that is no such look-up.
        self._involved = [
            {handle.id for handle in handles_in([request, [outcome.value for outcome in answer]])}
            if method == NOTHING
            else set()
            for request, answer, method in zip(
                self._requests, self._answers, looked_up, strict=True
            )
        ]
        #: The class and the name of each method; a check may look it up any number of times.
        self._methods = set(looked_up) - {NOTHING}
        self.unconfirmed = False
        self._objects: dict[int, _LiveObject] = {}
        self._used: set[int] = set()

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Return the recorded outcomes of the steps.

        Raises:
            NotRecorded: the recording has none.
        """
        request = Exchange(request_frame(steps, unnumbered)).plain_steps()
        if _attribute(request) in self._methods:
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

    def _matching(self, request: list[list[Any]], live: Sequence[int]) -> Iterator[int]:
        """Yield the numbers of the recorded exchanges that are `request`, unused ones first."""
        objects = {key: self._objects[key].recorded for key in live if key in self._objects}
        numbers = range(len(self._requests))
        for number in sorted(numbers, key=lambda number: number in self._used):
            follows = all(key in objects and self._next(key) == number for key in live)
            if follows and same_request(request, self._requests[number], objects):
                yield number

    def _next(self, live: int) -> int | None:
        """Return the number of the next recorded exchange that involves a live object."""
        known = self._objects[live]
        numbers = range(known.latest + 1, len(self._requests))
        return next((n for n in numbers if known.recorded in self._involved[n]), None)

    def _answer(self, number: int, live: Sequence[int]) -> list[Outcome]:
        """Return the recorded outcomes, with the handles of live objects."""
        names = {self._objects[key].recorded: key for key in live}
        for recorded in sorted(self._involved[number] - set(names)):
            names[recorded] = self._live_object(recorded, number)
        for key in names.values():
            self._objects[key].latest = number
        return [_with_handles(outcome, names) for outcome in copied(self._answers[number])]

    def _live_object(self, recorded: int, number: int) -> int:
        """Return the id of the live object for a handle that an answer brings."""
        is_new = all(recorded not in self._involved[n] for n in range(number))
        known = [key for key, object_ in self._objects.items() if object_.recorded == recorded]
        if known and not is_new:
            return known[-1]
        live = max(self._objects, default=0) + 1
        self._objects[live] = _LiveObject(recorded, number)
        return live


def _attribute(request: list[list[Any]]) -> tuple[str, str]:
    """Return the class and the name of the one attribute that is read; `NOTHING` for others."""
    if len(request) == 1 and request[0][0] == "get" and isinstance(request[0][1], Handle):
        return request[0][1].type_name, request[0][2]
    return NOTHING


def _with_handles(outcome: Outcome, names: Mapping[int, int]) -> Outcome:
    """Return `outcome` with the ids of live objects."""

    def renamed(leaf: Any) -> Any:
        return Handle(names[leaf.id], leaf.type_name) if isinstance(leaf, Handle) else leaf

    return replace(outcome, value=map_leaves(renamed, outcome.value))


def same_request(live: Any, recorded: Any, objects: Mapping[int, int]) -> bool:
    """Return whether the plain value `live` is `recorded`: equal but for rounding.

    Checks compute some of their inputs, and another machine rounds differently. So numbers may
    differ by `RTOL`. Generators count as equal: each attempt of a trained check builds its model
    with another.

    Args:
        objects: id of a live object -> id of the object in the recording.
    """
    return same_form(live, recorded) and all(
        _same_leaf(first, other, objects) for _, first, other in zip_leaves(live, recorded)
    )


def _same_leaf(live: Any, recorded: Any, objects: Mapping[int, int]) -> bool:
    if isinstance(live, Handle):
        return isinstance(recorded, Handle) and objects.get(live.id) == recorded.id
    if type(live) is not type(recorded):
        return False
    if isinstance(live, np.random.Generator):
        return True
    if isinstance(live, np.ndarray | float):
        return _same_array(np.asarray(live), np.asarray(recorded))
    return bool(live == recorded)


def _same_array(live: Any, recorded: Any) -> bool:
    if live.shape != recorded.shape or live.dtype != recorded.dtype:
        return False
    if live.dtype.kind not in "fc":
        return bool(np.array_equal(live, recorded))
    sizes = np.abs(recorded[np.isfinite(recorded)])
    allowed = RTOL * float(sizes.max(initial=0.0))
    return bool(np.allclose(live, recorded, rtol=0.0, atol=allowed, equal_nan=True))
