"""Numbers that a clock gives: another run gives others, so they are left out of comparisons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import replace
from typing import Any

from autograder.diagnosis.comparison import is_number
from autograder.isolation.host.transcript import Exchange

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
        for number, (first_outcome, second_outcome) in enumerate(outcomes)
        for keys in _differing(first_outcome.value, second_outcome.value, ())
    )


def _differing(first: Any, second: Any, keys: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        for key, pair in enumerate(zip(first, second, strict=False)):
            yield from _differing(*pair, (*keys, key))
    elif isinstance(first, dict) and isinstance(second, dict):
        for key in filter(second.__contains__, first):
            yield from _differing(first[key], second[key], (*keys, key))
    elif is_number(first) and is_number(second) and first != second:
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
    """Return `value` without the number to which `keys` lead; unchanged without a number."""
    if not keys:
        return None if is_number(value) else value
    first, *rest = keys
    if isinstance(value, dict) and first in value:
        return {**value, first: _without(value[first], tuple(rest))}
    if isinstance(value, list | tuple) and isinstance(first, int) and first < len(value):
        items = [*value[:first], _without(value[first], tuple(rest)), *value[first + 1 :]]
        return type(value)(items)
    return value
