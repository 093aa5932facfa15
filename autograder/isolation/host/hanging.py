"""Calls that ended their worker: other checks wait for them, and do not make them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from autograder.isolation.host.calls import RemoteCall
from autograder.isolation.host.faults import Frame, SubmissionFault

#: Number of workers that calls of a method may end before it is called no more.
MOST = 2


@dataclass
class _Ended:
    """What a method has done: the fault of its first such call, and the calls themselves."""

    fault: SubmissionFault
    calls: set[str] = field(default_factory=set)


class EndedCalls:
    """Which methods may be called, after some calls have ended their worker.

    A method that has never answered is called once. One that has answered other calls may only
    fail for some arguments: it is called with others, until `MOST` calls have ended a worker.
    """

    def __init__(self) -> None:
        self._ended: dict[str, _Ended] = {}
        self._answered: set[str] = set()

    def note_answers(self, calls: Iterable[RemoteCall]) -> None:
        """Remember that `calls` have returned."""
        self._answered.update(call.method for call in calls)

    def note_end(self, call: RemoteCall, fault: SubmissionFault) -> None:
        """Remember that `call` has ended its worker with `fault`."""
        if call.method:
            self._ended.setdefault(call.method, _Ended(fault)).calls.add(call.text)

    def in_the_way(self, calls: Iterable[RemoteCall]) -> tuple[RemoteCall, SubmissionFault] | None:
        """Return the first of `calls` that is not made again, and the fault that it had."""
        for call in calls if self._ended else ():
            ended = self._ended.get(call.method)
            if ended is not None and self._is_in_the_way(call, ended):
                return call, ended.fault
        return None

    def _is_in_the_way(self, call: RemoteCall, ended: _Ended) -> bool:
        knows_none = call.method not in self._answered
        return knows_none or call.text in ended.calls or len(ended.calls) >= MOST


def call_that_hangs(calls: Iterable[RemoteCall], frames: Iterable[Frame]) -> RemoteCall | None:
    """Return the one of a request's `calls` that the stack of the worker was in, if it tells."""
    made = list(calls)
    for frame in frames:
        for call in made:
            if call.method.rpartition(".")[2] == frame.function:
                return call
    return None
