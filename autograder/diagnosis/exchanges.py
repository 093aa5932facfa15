"""Comparison of two answers to one request, without the differences that do not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace

from autograder.diagnosis.comparison import same_effects, same_forms, same_outcome, weight
from autograder.diagnosis.forms import fitted, is_overflow
from autograder.sandbox.session.requests import Call, Get, Outcome, OverwriteResult
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
    exchanges: Exchanges, right: Exchanges, view: View = View()
) -> Iterator[IgnoredDifferences]:
    """Yield the ignored differences of each exchange of a check.

    Args:
        right: the answers of the solution.
    """
    latest, is_wrong = "", False
    for theirs, expected in zip(exchanges, right, strict=True):
        drawn, free = set[int](), set[int]()
        for i, step in enumerate(theirs.steps):
            if isinstance(step, Call):
                latest = step.name  # attributes that are read later belong to this method
            if isinstance(step, Get) and step.name == "parameters":
                drawn.add(i)
            if view.loosely and _overflows(i, theirs, expected):
                free.add(i)
            if latest == view.method:
                is_wrong = is_wrong or not _same_step(i, theirs, expected, view.loosely)
            elif is_wrong:
                free |= {i} if i < len(theirs.outcomes) else set(range(i, len(theirs.steps)))
        yield IgnoredDifferences(frozenset() if view.strictly else drawn, free, view.loosely)


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
    return all(
        i in allowed.free or _same_step(i, theirs, ours, allowed.loosely, i in allowed.drawn)
        for i in range(max(_started(theirs), _started(ours)))
    )


def wrong_steps(theirs: Exchange, right: Exchange, allowed: IgnoredDifferences) -> list[int]:
    """Return the steps whose answers are wrong, without the differences that do not count."""
    return [
        i
        for i in range(max(_started(theirs), _started(right)))
        if i not in allowed.free
        and not _same_step(i, theirs, right, allowed.loosely, i in allowed.drawn)
    ]


def evidence_in(theirs: Exchange, right: Exchange, wrong: Iterable[int]) -> int:
    """Return the number of different facts in the `wrong` steps of an answer.

    An answer of NaN alone is no such fact: many mistakes give it.
    """
    return sum(_evidence(i, theirs, right) for i in wrong)


def silently_wrong(exchanges: Exchanges, right: Exchanges) -> bool:
    """Return whether all answers are right, but callbacks were not called as often."""
    pairs = list(zip(exchanges, right, strict=True))
    return any(actual.called_back != other.called_back for actual, other in pairs) and all(
        same_exchange(actual, other) for actual, other in pairs
    )


def calls_in(theirs: Exchange, right: Exchange) -> int:
    """Return the number of callbacks that were not called as often."""
    names = theirs.called_back.keys() | right.called_back.keys()
    return sum(theirs.called_back.get(n, 0) != right.called_back.get(n, 0) for n in names)


def _evidence(i: int, theirs: Exchange, right: Exchange) -> int:
    if i < min(len(theirs.outcomes), len(right.outcomes)):
        return weight(theirs.outcomes[i], right.outcomes[i])
    return 1  # one of them raised an exception


def _started(exchange: Exchange) -> int:
    """Return the number of steps that were started; the last one may have raised an exception."""
    return len(exchange.outcomes) + bool(exchange.raised)


def _same_step(
    i: int, theirs: Exchange, ours: Exchange, loosely: bool = False, by_form: bool = False
) -> bool:
    if i < min(len(theirs.outcomes), len(ours.outcomes)):
        return _same(theirs.outcomes[i], ours.outcomes[i], loosely, by_form)
    return len(theirs.outcomes) == len(ours.outcomes) and theirs.raised == ours.raised


def _same(theirs: Outcome, ours: Outcome, loosely: bool, by_form: bool) -> bool:
    if loosely:
        ours = fitted(ours, theirs)
    if by_form and same_forms(theirs.value, ours.value):
        return same_effects(theirs, ours)
    return same_outcome(theirs, ours)


def _overflows(i: int, theirs: Exchange, right: Exchange) -> bool:
    """Return whether step `i` returns infinity or NaN where a finite number is right."""
    if i >= min(len(theirs.outcomes), len(right.outcomes)):
        return False
    return is_overflow(theirs.outcomes[i].value, right.outcomes[i].value)
