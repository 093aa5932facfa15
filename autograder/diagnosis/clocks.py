"""Numbers that a clock gives: another run gives others, so they are left out of comparisons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import replace
from typing import Any

from autograder.conversations.exchange import Exchange
from autograder.diagnosis.comparison import is_number

#: Where a number stands in an answer: the outcome, and the keys that lead to the number.
Place = tuple[int, tuple[Any, ...]]

_READS_CLOCK = re.compile(r"^\s*(import|from) time\b", re.MULTILINE)


def reads_clock(source: str) -> bool:
    """Return whether a text imports the module `time`."""
    return _READS_CLOCK.search(source) is not None


def clocked(first: Exchange, second: Exchange) -> frozenset[Place]:
    """Return the places of the numbers in which two answers of the same code differ."""
    outcomes = zip(first.outcomes, second.outcomes, strict=False)
    return frozenset(
        (number, keys)
        for number, (one, other) in enumerate(outcomes)
        for keys in _differing(one.value, other.value, ())
    )


def _differing(one: Any, other: Any, keys: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        for key, pair in enumerate(zip(one, other, strict=False)):
            yield from _differing(*pair, (*keys, key))
    elif isinstance(one, dict) and isinstance(other, dict):
        for key in filter(other.__contains__, one):
            yield from _differing(one[key], other[key], (*keys, key))
    elif is_number(one) and is_number(other) and one != other:
        yield keys


def without_clocks(exchange: Exchange, places: Set[Place]) -> Exchange:
    """Return an answer with None in place of the numbers at `places`."""
    if not places:
        return exchange
    outcomes = list(exchange.outcomes)
    for number, keys in places:
        if number < len(outcomes):
            value = _without(outcomes[number].value, keys)
            outcomes[number] = replace(outcomes[number], value=value)
    return replace(exchange, outcomes=tuple(outcomes))


def _without(value: Any, keys: tuple[Any, ...]) -> Any:
    """Return `value` without the number to which `keys` lead; unchanged where there is none."""
    if not keys:
        return None if is_number(value) else value
    first, *rest = keys
    if isinstance(value, dict) and first in value:
        return {**value, first: _without(value[first], tuple(rest))}
    if isinstance(value, list | tuple) and isinstance(first, int) and first < len(value):
        items = [*value[:first], _without(value[first], tuple(rest)), *value[first + 1 :]]
        return type(value)(items)
    return value
