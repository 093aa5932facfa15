"""Answers of the reference, remembered while it is asked and given again to the same requests.

A class asks the reference the same of every submission, as long as its checks draw the same inputs.
Requests are the same if their bytes are. The first one that differs, as one with parameters that
a submission has learned, goes to the reference itself, after it has been asked all before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from autograder.sandbox import wire
from autograder.sandbox.session.requests import Outcome, Step
from autograder.sandbox.session.session import Exchange, Session, copied, request_frame

#: Maximum size of what is remembered of one exercise, in bytes.
MAX_BYTES = 64 << 20


@dataclass
class Remembered:
    """What the reference of one exercise has answered to each check, by its id."""

    answers: dict[str, list[Exchange]] = field(default_factory=dict)
    size: int = 0  # bytes of all answers


class RememberingSession(Session):
    """The conversation with the reference, which answers what it has answered before.

    `make` opens it when it is needed; `remembered` is of the same exercise, with the same seed.
    """

    def __init__(self, make: Callable[[], Session], remembered: Remembered) -> None:
        super().__init__()
        self._make, self._remembered = make, remembered
        self.begin()

    def begin(self, check: str = "") -> None:
        """Start the check with the id `check`: objects of earlier ones are forgotten."""
        super().begin(check)
        self._known = self._remembered.answers.setdefault(check, [])
        self._asked: list[Sequence[Step]] = []
        #: Of this check alone: the same requests to a new conversation get the same handles.
        self._inner: Session | None = None
        self._is_known = True

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order, or return what they returned before."""
        frame = _frame(steps) if self._is_known else None
        number = len(self._asked)
        if frame is not None and number < len(self._known) and self._known[number].frame == frame:
            outcomes = list(copied(self._known[number].outcomes))
        else:
            outcomes = self._answered(steps)
            self._is_known = frame is not None and self._remember(frame, outcomes)
        self._asked.append(steps)
        return outcomes

    def _answered(self, steps: Sequence[Step]) -> list[Outcome]:
        """Ask the reference itself, after all that this check has asked before.

        From then on it is asked everything: no later answer of this check was known before.
        """
        if self._inner is None:
            self._inner = self._make()
            self._inner.begin()
            for earlier in self._asked:
                self._inner.run(earlier)
        return self._inner.run(steps)

    def _remember(self, frame: bytes, outcomes: Sequence[Outcome]) -> bool:
        """Remember the answer to a request; return whether all of this check are remembered."""
        if len(self._asked) != len(self._known) or self._remembered.size > MAX_BYTES:
            return False
        exchange = Exchange(frame, copied(outcomes))
        self._known.append(exchange)
        self._remembered.size += exchange.size
        return True

    def close(self) -> None:
        """End the conversation."""
        if self._inner is not None:
            self._inner.close()


def _frame(steps: Sequence[Step]) -> bytes | None:
    """Return the frame of a request; None if it holds what only this process can call."""
    try:
        return request_frame(steps)
    except wire.WireError:
        return None
