"""What one check asked of the code under test, and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.isolation.host.requests import Outcome

#: A check that asks more than this trains a model: there is nothing to be told from single answers.
MAX_EXCHANGES = 400
MAX_BYTES = 4 << 20


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    Attributes:
        frame: the request as it was sent, so that nothing can change it afterwards.
        outcomes: of its steps, up to the one that failed.
        raised: the type of the exception that ended it; empty if none did.
    """

    frame: bytes
    outcomes: tuple[Outcome, ...]
    raised: str = ""


class Transcript:
    """The exchanges of one check, in order; it holds references, and copies nothing.

    Attributes:
        complete: everything was recorded, and nothing broke off. Only then are there exchanges.
    """

    def __init__(self) -> None:
        self.complete = True
        self.exchanges: list[Exchange] = []
        self._bytes = 0

    def add(self, frame: bytes, outcomes: Sequence[Outcome], raised: str = "") -> None:
        """Record one exchange, or give up where the transcript grows too long."""
        if not self.complete:
            return
        self._bytes += len(frame) + sum(_size(outcome.value) for outcome in outcomes)
        if len(self.exchanges) >= MAX_EXCHANGES or self._bytes > MAX_BYTES:
            self.give_up()
            return
        self.exchanges.append(Exchange(frame, tuple(outcomes), raised))

    def give_up(self) -> None:
        """Forget everything: the check is too long, or a request was never answered."""
        self.complete = False
        self.exchanges.clear()


def _size(value: Any) -> int:
    """Bytes of the arrays in `value`, near enough."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, dict):
        return sum(_size(item) for item in value.values())
    if isinstance(value, (tuple, list)):
        return sum(_size(item) for item in value[:64])
    return 8
