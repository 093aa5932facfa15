"""Comparison of two answers to one request, without the differences that do not count."""

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
    """The steps of a request whose answers may differ.

    Attributes:
        drawn: steps that read initial parameters. A correct model may draw them in another way, so
            only their shapes and dtypes are compared.
        free: steps that are not compared.
    """

    drawn: Set[int] = frozenset()
    free: Set[int] = frozenset()


NONE = IgnoredDifferences()


def ignored(
    exchanges: Exchanges, right: Exchanges, method: str = "", *, strictly: bool = False
) -> Iterator[IgnoredDifferences]:
    """Yield the ignored differences of each exchange of a check.

    Args:
        right: the answers of the solution.
        method: the method that was wrong first, if given. After its first wrong answer, steps of
            other methods are free: their answers follow from it.
        strictly: whether initial parameters must be equal as well.
    """
    latest, is_wrong = "", False
    for theirs, expected in zip(exchanges, right, strict=True):
        drawn, free = set[int](), set[int]()
        steps = steps_of(theirs)
        for i, step in enumerate(steps):
            if step[0] == "call":
                latest = step[2]  # attributes that are read later belong to this method
            if step[::2] == ["get", "parameters"]:
                drawn.add(i)
            if latest == method:
                is_wrong = is_wrong or not _same_step(i, theirs, expected)
            elif is_wrong:
                free |= {i} if i < len(theirs.outcomes) else set(range(i, len(steps)))
        yield IgnoredDifferences(frozenset() if strictly else drawn, free)


def same_exchange(one: Exchange, other: Exchange, allowed: IgnoredDifferences = NONE) -> bool:
    """Return whether two answers to one request are equal; exceptions need equal types only."""
    steps = range(max(_started(one), _started(other)))
    return all(i in allowed.free or _same_step(i, one, other, i in allowed.drawn) for i in steps)


def _started(exchange: Exchange) -> int:
    """Return the number of steps that were started; the last one may have raised an exception."""
    return len(exchange.outcomes) + bool(exchange.raised)


def _same_step(i: int, one: Exchange, other: Exchange, by_form: bool = False) -> bool:
    if i < min(len(one.outcomes), len(other.outcomes)):
        return _same(one.outcomes[i], other.outcomes[i], by_form)
    return len(one.outcomes) == len(other.outcomes) and one.raised == other.raised


def _same(one: Outcome, other: Outcome, by_form: bool) -> bool:
    if by_form and same_forms(one.value, other.value):
        return same_effects(one, other)
    return same_outcome(one, other)
