"""Whether two answers to one request are the same, and which of its steps count for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from autograder.diagnosis.comparison import same_effects, same_forms, same_outcome
from autograder.diagnosis.replay import steps_of
from autograder.isolation.host.requests import Outcome
from autograder.isolation.host.transcript import Exchange

Exchanges = Sequence[Exchange]


@dataclass(frozen=True)
class IgnoredDifferences:
    """What need not be the same in the answers to one request.

    Attributes:
        drawn: steps that read initial parameters: a correct model may draw them in another way, so
            that only their form counts.
        free: steps that do not count at all.
    """

    drawn: Set[int] = frozenset()
    free: Set[int] = frozenset()


NONE = IgnoredDifferences()


def ignored(
    exchanges: Exchanges, right: Exchanges, method: str = "", *, strictly: bool = False
) -> Iterator[IgnoredDifferences]:
    """For each exchange of a check, what need not be the same.

    Args:
        right: what the solution answered.
        method: if given, what went wrong first: from then on the steps about other methods are
            free, as what they do follows from it in a way of the submission's own.
        strictly: initial parameters have to be the same as well.
    """
    latest, is_wrong = "", False
    for theirs, expected in zip(exchanges, right, strict=True):
        drawn, free = set[int](), set[int]()
        steps = steps_of(theirs)
        for i, step in enumerate(steps):
            if step[0] == "call":
                latest = step[2]  # what is read from an object later on is about this method
            if step[::2] == ["get", "parameters"]:
                drawn.add(i)
            if latest == method:
                is_wrong = is_wrong or not _same_step(i, theirs, expected)
            elif is_wrong:
                free |= {i} if i < len(theirs.outcomes) else set(range(i, len(steps)))
        yield IgnoredDifferences(frozenset() if strictly else drawn, free)


def same_exchange(one: Exchange, other: Exchange, allowed: IgnoredDifferences = NONE) -> bool:
    """Whether two answers to one request are the same; of exceptions the type alone."""
    steps = range(max(_begun(one), _begun(other)))
    return all(i in allowed.free or _same_step(i, one, other, i in allowed.drawn) for i in steps)


def _begun(exchange: Exchange) -> int:
    """How many steps were begun: the last one may have raised an exception."""
    return len(exchange.outcomes) + bool(exchange.raised)


def _same_step(i: int, one: Exchange, other: Exchange, by_form: bool = False) -> bool:
    if i < min(len(one.outcomes), len(other.outcomes)):
        return _same(one.outcomes[i], other.outcomes[i], by_form)
    return len(one.outcomes) == len(other.outcomes) and one.raised == other.raised


def _same(one: Outcome, other: Outcome, by_form: bool) -> bool:
    if by_form and same_forms(one.value, other.value):
        return same_effects(one, other)
    return same_outcome(one, other)
