"""One request, to the code under test or to the reference, and its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from autograder.sandbox import wire
from autograder.sandbox.session.callbacks import Callback, CalledBack
from autograder.sandbox.session.calls import RemoteCall
from autograder.sandbox.session.requests import Outcome, Step, steps_in


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    Attributes:
        frame: the request as it was sent, so that nothing can change it afterwards.
        outcomes: of its steps, up to the one that failed.
        raised: the type of the exception that ended it; empty if none did.
        message: that type, and what the exception said.
        calls: behind each step; empty for the import of the file.
        callbacks: the callbacks of this request by number, in their state before it.
        called_back: how often each callback was called.
    """

    frame: bytes
    outcomes: tuple[Outcome, ...] = ()
    raised: str = ""
    message: str = ""
    calls: tuple[RemoteCall, ...] = ()
    callbacks: dict[int, Callback] = field(default_factory=dict)
    called_back: dict[CalledBack, int] = field(default_factory=dict)

    def plain_steps(self) -> list[list[Any]]:
        """Return the steps of the request as they arrive: each time new values, to be changed."""
        steps: list[list[Any]] = wire.decode_frame(self.frame)["steps"]
        return steps

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the request."""
        return steps_in(self.frame)

    @property
    def is_import(self) -> bool:
        """Whether the request is the import of the submitted file, which no check makes."""
        return self.plain_steps() == [["load"]]

    @property
    def size(self) -> int:
        """Bytes of the request and of the arrays in the answer, near enough."""
        return len(self.frame) + sum(outcome.size for outcome in self.outcomes)

    def stored(self) -> tuple[bytes, bytes]:
        """Return the request and the answer as two frames; calls and callbacks are left out."""
        outcomes = list(map(outcome_fields, self.outcomes))
        answer = wire.encode([outcomes, self.raised, self.message])
        return wire.encode({"steps": self.plain_steps()}), answer

    @classmethod
    def read(cls, request: bytes, answer: bytes) -> Exchange:
        """Return the exchange that was stored as two frames.

        Raises:
            WireError, TypeError, ValueError: the frames are malformed.
        """
        outcomes, raised, message = wire.decode_frame(answer)
        return cls(request, tuple(map(_outcome_from, outcomes)), raised, message)


def request_frame(steps: Sequence[Step], stand_in: Callable[[object], Any] | None = None) -> bytes:
    """Return the frame of a request that has no number.

    Args:
        stand_in: returns what crosses the wire in place of a callback.

    Raises:
        WireError: an argument is too large, or cannot be sent.
    """
    return wire.encode({"steps": [step.plain() for step in steps]}, stand_in)


def copied(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Return deep copies of `outcomes`: a check may change what it gets."""
    return tuple(outcome.copied() for outcome in outcomes)


def outcome_fields(outcome: Outcome) -> list[Any]:
    """Return the fields of `outcome`, as they are stored."""
    return [
        outcome.value,
        outcome.is_method,
        list(outcome.changed),
        list(outcome.aliased),
        list(outcome.args),
        dict(outcome.kwargs),
    ]


def _outcome_from(fields: list[Any]) -> Outcome:
    value, is_method, changed, aliased, args, kwargs = fields
    return Outcome(value, is_method, tuple(changed), tuple(aliased), tuple(args), kwargs)
