"""What one check asked of the code under test, and what came back."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import NoneType
from typing import Any

import numpy as np

from autograder.isolation.host.callbacks import Callback, CalledBack
from autograder.isolation.host.calls import RemoteCall
from autograder.isolation.host.faults import Crashed, SubmissionFault
from autograder.isolation.host.requests import Outcome, Step, steps_in
from autograder.isolation.wire import Handle

#: Maximum number of requests; a check with more trains a model, and its answers explain nothing.
MAX_EXCHANGES = 400
MAX_BYTES = 2 << 20
#: Types whose values cannot change.
_CONSTANT = (NoneType, bool, int, float, str, Handle)


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    Attributes:
        frame: the request as it was sent, so that nothing can change it afterwards.
        outcomes: of its steps, up to the one that failed.
        raised: the type of the exception that ended it; empty if none did.
        message: that type, and what the exception said.
        callbacks: the callbacks of this request, in their state before it.
        calls: behind each step; empty for the import of the file.
        called_back: how often each callback was called.
    """

    frame: bytes
    outcomes: tuple[Outcome, ...]
    raised: str = ""
    message: str = ""
    callbacks: dict[int, Callback] = field(default_factory=dict)
    calls: tuple[RemoteCall, ...] = ()
    called_back: dict[CalledBack, int] = field(default_factory=dict)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the request."""
        return steps_in(self.frame)


class Transcript:
    """The exchanges of one check, in order, as they were: a check may change what it got.

    Attributes:
        complete: everything was recorded, and nothing broke off. Only then are there exchanges.
        seconds: that the answers took altogether.
    """

    def __init__(self) -> None:
        self.complete = True
        self.exchanges: list[Exchange] = []
        self.seconds = 0.0
        self._bytes = 0

    def add(
        self,
        frame: bytes,
        outcomes: Sequence[Outcome],
        fault: SubmissionFault | None = None,
        callbacks: dict[int, Callback] | None = None,
        seconds: float = 0.0,
        calls: tuple[RemoteCall, ...] = (),
        called_back: dict[CalledBack, int] | None = None,
    ) -> None:
        """Record one exchange, or give up where the transcript grows too long."""
        self.seconds += seconds
        if not self.complete:
            return
        sizes = (outcome.size for outcome in outcomes if not _is_constant(outcome))
        self._bytes += len(frame) + sum(sizes)
        raised = fault.raised if isinstance(fault, Crashed) else ""
        broke_off = fault is not None and not raised
        if broke_off or len(self.exchanges) >= MAX_EXCHANGES or self._bytes > MAX_BYTES:
            self.give_up()
            return
        message = fault.message if fault is not None else ""
        kept = tuple(map(_kept, outcomes))
        self.exchanges.append(
            Exchange(frame, kept, raised, message, callbacks or {}, calls, called_back or {})
        )

    def give_up(self) -> None:
        """Forget everything: the check is too long, or a request was never answered."""
        self.complete = False
        self.exchanges.clear()


def _is_constant(outcome: Outcome) -> bool:
    """Return whether nothing in `outcome` can change, and it holds no array."""
    return not (outcome.args or outcome.kwargs) and isinstance(outcome.value, _CONSTANT)


def _kept(outcome: Outcome) -> Outcome:
    """Return a deep copy of `outcome`; itself if it holds nothing that can change."""
    if _is_constant(outcome):
        return outcome
    value, args, kwargs = map(_copied, (outcome.value, outcome.args, outcome.kwargs))
    # `dataclasses.replace` takes several times as long, and a check has thousands of outcomes.
    return Outcome(value, outcome.is_method, outcome.changed, outcome.aliased, args, kwargs)


def _copied(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, np.random.Generator):
        return copy.deepcopy(value)
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return type(value)(map(_copied, value))
    return value
