"""Answers of the reference, remembered while it is asked and given again to the same requests.

A class asks the reference the same of every submission, as long as its checks draw the same inputs.
Requests are the same if their bytes are. The first one that differs, as one with parameters that
a submission has learned, goes to the reference itself, after it has been asked all before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from autograder.isolation import wire
from autograder.isolation.host.calls import CallLog
from autograder.isolation.host.remote import Session
from autograder.isolation.host.requests import Outcome, Step
from autograder.isolation.host.transcript import Transcript
from autograder.recordings.tape import outcome_fields, outcome_from

#: Maximum size of what is remembered of one exercise, in bytes.
MAX_BYTES = 64 << 20


@dataclass
class Remembered:
    """What the reference of one exercise has answered.

    Attributes:
        answers: check id -> the requests in their order, each with its answer, as frames.
        size: bytes of all of them.
    """

    answers: dict[str, list[tuple[bytes, bytes]]] = field(default_factory=dict)
    size: int = 0

    def clear(self) -> None:
        """Forget everything."""
        self.answers.clear()
        self.size = 0


class RememberingSession:
    """The conversation with the reference, which answers what it has answered before.

    Args:
        make: opens the conversation itself, when it is needed.
        remembered: of the same exercise, with the same seed.
    """

    def __init__(self, make: Callable[[], Session], remembered: Remembered) -> None:
        self.calls = CallLog()
        self.uncontained: tuple[str, ...] = ()
        self.transcript: Transcript | None = None
        self._make, self._remembered = make, remembered
        self.begin_check("")
        self.begin()

    def begin_check(self, check: str) -> None:
        """Start the check with this id."""
        self._known = self._remembered.answers.setdefault(check, [])

    def begin(self) -> None:
        """Start a check: objects of earlier ones are forgotten."""
        self.calls.clear()
        self._asked: list[Sequence[Step]] = []
        #: Of this check alone: the same requests to a new conversation get the same handles.
        self._inner: Session | None = None
        #: How many of these requests the reference itself was asked.
        self._caught_up = 0
        self._is_known = True

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order, or return what they returned before."""
        request = _encoded(steps) if self._is_known else None
        place = len(self._asked)
        if request is not None and place < len(self._known) and self._known[place][0] == request:
            outcomes = [outcome_from(one) for one in wire.decode_frame(self._known[place][1])]
        else:
            outcomes = self._answered(steps)
            self._is_known = request is not None and self._remember(place, request, outcomes)
        self._asked.append(steps)
        return outcomes

    def _answered(self, steps: Sequence[Step]) -> list[Outcome]:
        """Ask the reference itself, after all that this check has asked before."""
        if self._inner is None:
            self._inner = self._make()
            self._inner.begin()
        for earlier in self._asked[self._caught_up :]:
            self._inner.run(earlier)
        self._caught_up = len(self._asked) + 1
        return self._inner.run(steps)

    def _remember(self, place: int, request: bytes, outcomes: Sequence[Outcome]) -> bool:
        """Remember the answer to a request; return whether all of this check are remembered."""
        try:
            answer = wire.encode([outcome_fields(outcome) for outcome in outcomes])
        except wire.WireError:  # its frame is longer than that of the reply
            return False
        if place != len(self._known) or self._remembered.size > MAX_BYTES:
            return False
        self._known.append((request, answer))
        self._remembered.size += len(request) + len(answer)
        return True

    def printed(self) -> str:
        """Return nothing: what the reference prints is not captured."""
        return ""

    def close(self) -> None:
        """End the conversation."""
        if self._inner is not None:
            self._inner.close()


def _encoded(steps: Sequence[Step]) -> bytes | None:
    """Return the bytes of a request; None if it holds what only this process can call."""
    try:
        return wire.encode([step.plain() for step in steps])
    except wire.WireError:
        return None
