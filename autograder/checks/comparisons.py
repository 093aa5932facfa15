"""Comparisons of what the code under test gives, one by one or several in one request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from operator import is_
from typing import Any

from autograder.checks.failures import CheckFailed
from autograder.isolation.host.describe import arguments_text
from autograder.isolation.host.faults import SubmissionFault
from autograder.isolation.host.remote import RemoteObject, session_of
from autograder.isolation.host.requests import Outcome, Step
from framework.startup.dataclass import dataclass


@dataclass(frozen=True)
class Comparison:
    """Calls that belong together, and what has to come back.

    Attributes:
        inputs: what `forward` gets.
        steps: takes the place of its first step in the request, and returns its steps.
        compare: takes their outcomes; raises `CheckFailed`. None: whatever they give.
    """

    inputs: tuple[Any, ...]
    steps: Callable[[int], list[Step]]
    compare: Callable[[Sequence[Outcome]], Any] | None


class Comparisons:
    """The comparisons of one model: each is made at once, or within `together` with the others."""

    def __init__(self) -> None:
        self._is_waiting = False
        self._waiting: list[Comparison] = []

    def make(self, model: RemoteObject, comparison: Comparison) -> Any:
        """Make `comparison`; returns what `compare` returns. Within `together` it waits.

        A report names the call at fault by its words. So calls in the same words, with other
        inputs, never share a request.
        """
        if not self._is_waiting:
            return next(iter(_made(model, [comparison])), None)
        if any(_reads_like(comparison, earlier) for earlier in self._waiting):
            self._make_waiting(model)
        self._waiting.append(comparison)
        return None

    @contextmanager
    def together(self, model: RemoteObject) -> Iterator[None]:
        """Make the comparisons of the block at its end, in as few requests as possible."""
        self._is_waiting = True
        try:
            yield
            self._make_waiting(model)
        finally:
            self._is_waiting = False
            self._waiting = []

    def _make_waiting(self, model: RemoteObject) -> None:
        waiting, self._waiting = self._waiting, []
        _made(model, waiting)


def _reads_like(comparison: Comparison, earlier: Comparison) -> bool:
    """Return whether a report could take a call of `comparison` for the `earlier` one."""
    if earlier.compare is None or all(map(is_, comparison.inputs, earlier.inputs)):
        return False
    return arguments_text(comparison.inputs, {}) == arguments_text(earlier.inputs, {})


def _made(model: RemoteObject, comparisons: Sequence[Comparison]) -> list[Any]:
    """Make `comparisons` in one request; what comes back before a fault is compared first."""
    session, steps, ends = session_of(model)[0], list[Step](), [0]
    for comparison in comparisons:
        steps += comparison.steps(len(steps))
        ends.append(len(steps))
    fault = None
    try:
        outcomes: Sequence[Outcome] = session.run(steps)
    except SubmissionFault as error:
        outcomes, fault = error.before, error
    compared = []
    for comparison, (place, end) in zip(comparisons, pairwise(ends), strict=True):
        if end > len(outcomes) or comparison.compare is None:
            continue
        try:
            compared.append(comparison.compare(outcomes[place:end]))
        except CheckFailed:
            if session.transcript is not None:
                session.transcript.cut(end)
            raise
    if fault is not None:
        raise fault
    return compared
