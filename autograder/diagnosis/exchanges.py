"""Comparison of two answers to one request, without the differences that do not count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from autograder.diagnosis.comparison import (
    fitted,
    is_overflow,
    same_effects,
    same_forms,
    same_outcome,
)
from autograder.sandbox.session.requests import Call, Get, OverwriteResult
from autograder.sandbox.session.session import Exchange

Exchanges = Sequence[Exchange]


@dataclass(frozen=True)
class View:
    """Which differences between answers count.

    Attributes:
        method: the method that was wrong first, if given. After its first wrong answer, steps of
            other methods are free: their answers follow from it.
        loosely: whether dtypes, extra axes, side effects and overflow do not count.
        strictly: whether initial parameters must be equal as well.
    """

    method: str = ""
    loosely: bool = False
    strictly: bool = False


@dataclass(frozen=True)
class IgnoredDifferences:
    """The differences in the answers to one request that do not count.

    Attributes:
        drawn: steps that read initial parameters. A correct model may draw them in another way, so
            only their shapes and dtypes are compared.
        free: steps that are not compared.
        loosely: whether dtypes, extra axes and side effects do not count.
        silently: whether calls of callbacks count; where answers are wrong, they do not.
    """

    drawn: Set[int] = frozenset()
    free: Set[int] = frozenset()
    loosely: bool = False
    silently: bool = False


NONE = IgnoredDifferences()


def ignored(
    exchanges: Exchanges, right: Exchanges, view: View, silently: bool = False
) -> Iterator[IgnoredDifferences]:
    """Yield the ignored differences of each exchange of a check, beside the solution's answers."""
    latest, is_wrong = "", False
    for theirs, expected in zip(exchanges, right, strict=True):
        drawn, free = set[int](), set[int]()
        outcomes = list(zip(theirs.outcomes, expected.outcomes, strict=False))
        for i, step in enumerate(theirs.steps):
            if isinstance(step, Call):
                latest = step.name  # attributes that are read later belong to this method
            if isinstance(step, Get) and step.name == "parameters" and not view.strictly:
                drawn.add(i)
            if view.loosely and any(is_overflow(a.value, b.value) for a, b in outcomes[i : i + 1]):
                free.add(i)
            if latest == view.method:
                is_wrong = is_wrong or not _same_step(i, theirs, expected, view.loosely)
            elif is_wrong:
                free |= {i} if i < len(theirs.outcomes) else set(range(i, len(theirs.steps)))
        yield IgnoredDifferences(drawn, free, view.loosely, silently)


def without_overwritten(exchange: Exchange) -> Exchange:
    """Return an answer with None in place of the results that the check itself has overwritten.

    They tell nothing of the code: an array shows the new numbers, and a tensor the old ones.
    """
    overwritten = {step.of for step in exchange.steps if isinstance(step, OverwriteResult)}
    if not overwritten:
        return exchange
    outcomes = (
        replace(outcome, value=None) if i in overwritten else outcome
        for i, outcome in enumerate(exchange.outcomes)
    )
    return replace(exchange, outcomes=tuple(outcomes))


def same_exchange(theirs: Exchange, ours: Exchange, allowed: IgnoredDifferences = NONE) -> bool:
    """Return whether two answers to one request are equal; exceptions need equal types only."""
    if allowed.silently and theirs.called_back != ours.called_back:
        return False
    return next(wrong_steps(theirs, ours, allowed), None) is None


def wrong_steps(
    theirs: Exchange, right: Exchange, allowed: IgnoredDifferences = NONE
) -> Iterator[int]:
    """Yield the steps whose answers are wrong, without the differences that do not count."""
    # The last step that was started may have raised an exception.
    started = (len(each.outcomes) + bool(each.raised) for each in (theirs, right))
    for i in range(max(started)):
        is_same = i in allowed.free or _same_step(
            i, theirs, right, allowed.loosely, i in allowed.drawn
        )
        if not is_same:
            yield i


def _same_step(
    i: int, theirs: Exchange, ours: Exchange, loosely: bool = False, by_form: bool = False
) -> bool:
    if i >= min(len(theirs.outcomes), len(ours.outcomes)):
        return len(theirs.outcomes) == len(ours.outcomes) and theirs.raised == ours.raised
    mine, other = theirs.outcomes[i], ours.outcomes[i]
    if loosely:
        other = fitted(other, mine)
    if by_form and same_forms(mine.value, other.value):
        return same_effects(mine, other)
    return same_outcome(mine, other)
