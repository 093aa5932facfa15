"""What is recorded of one check: what it drew, asked and received, as plain values.

The requests to the reference and the random numbers are stored as they were. So a kit needs no
solution, and its inputs do not depend on the NumPy that draws them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.isolation import wire
from autograder.isolation.host.callbacks import Callback
from autograder.isolation.host.requests import Outcome, Step
from autograder.isolation.wire import CallbackRef


@dataclass
class Draw:
    """One call of a random number generator: the method, and what it returned or left."""

    method: str
    value: Any


@dataclass
class Exchange:
    """One request to the reference, and its answer.

    Attributes:
        steps: the request as it crosses the wire.
        outcomes: of its steps.
        drawn: how many draws the check had made before.
    """

    steps: list[list[Any]]
    outcomes: list[Outcome]
    drawn: int = 0


@dataclass
class Tape:
    """What is recorded of one check, in order.

    Attributes:
        draws: up to the last one that an answer may depend on.
        exchanges: with the reference.
        answers: what a right submission answers to the requests of the check; see `RightAnswer`.
        mistakes: digest of wrong answers -> the listed mistakes that give them, enciphered.
    """

    draws: list[Draw] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    answers: list[RightAnswer] = field(default_factory=list)
    mistakes: dict[str, list[bytes]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of the requests to the reference and of its answers, as they cross the wire."""
        return sum(
            len(wire.encode([one.steps, list(map(outcome_fields, one.outcomes))]))
            for one in self.exchanges
        )

    def trimmed(self) -> Tape:
        """Return it without the draws on which no answer depends: they are drawn again."""
        drawn = max((exchange.drawn for exchange in self.exchanges), default=0)
        return Tape(self.draws[:drawn], self.exchanges, self.answers, self.mistakes)


@dataclass
class RightAnswer:
    """What a right submission answers to one request.

    Attributes:
        raised, message: the exception that ended the request; empty if none did.
    """

    steps: list[list[Any]]
    outcomes: list[Outcome]
    raised: str = ""
    message: str = ""


def plain_steps(steps: Sequence[Step]) -> list[list[Any]]:
    """Return `steps` as they cross the wire, as values of their own."""
    found: list[list[Any]] = plain([step.plain() for step in steps])
    return found


def plain(value: Any) -> Any:
    """Return a copy of `value`, as it arrives at the other end of a wire."""
    return wire.decode_frame(wire.encode(value, _stand_in))


def _stand_in(value: object) -> CallbackRef:
    """Return what is recorded for a callback: its name, and what may be used of it."""
    if not isinstance(value, Callback):
        raise wire.WireError(f"a {type(value).__name__}")
    return CallbackRef(0, value.name, value.methods, value.attributes)


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


def outcome_from(fields: list[Any]) -> Outcome:
    """Return the outcome with these stored `fields`."""
    value, is_method, changed, aliased, args, kwargs = fields
    return Outcome(value, is_method, tuple(changed), tuple(aliased), tuple(args), kwargs)
