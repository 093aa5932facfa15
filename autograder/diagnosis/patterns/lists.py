"""Patterns of wrong lists, for example of words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from autograder.diagnosis.comparison import same_value
from autograder.diagnosis.evidence import Evidence

Test = Callable[[list[Any], list[Any]], bool]


def _pattern(words: str, test: Test) -> Callable[[Evidence], str | None]:
    def pattern(evidence: Evidence) -> str | None:
        if not evidence.others:
            return None
        differing = [
            pair
            for answer in evidence.others
            for pair in _differing(answer.actual, answer.expected)
        ]
        for actual, expected in differing:
            if not (isinstance(actual, list) and isinstance(expected, list)):
                return None
            if not test(actual, expected):
                return None
        return f"The result of {evidence.method} {words}."

    return pattern


def _differing(actual: Any, expected: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the innermost values that differ; a list counts as one value."""
    if same_value(actual, expected):
        return
    if isinstance(expected, dict) and isinstance(actual, dict) and set(actual) == set(expected):
        for key, value in expected.items():
            yield from _differing(actual[key], value)
    elif isinstance(expected, tuple) and isinstance(actual, tuple | list):
        yield list(actual), list(expected)
    else:
        yield actual, expected


def _once(items: list[Any]) -> list[Any]:
    """Return `items` without repetitions."""
    return [item for i, item in enumerate(items) if not _is_in(item, items[:i])]


def _is_in(item: Any, items: list[Any]) -> bool:
    return any(same_value(item, other) for other in items)


def _has_repetitions(actual: list[Any], expected: list[Any]) -> bool:
    return len(actual) > len(expected) and same_value(_once(actual), expected)


def _is_sorted(actual: list[Any], expected: list[Any]) -> bool:
    try:
        return len(expected) > 1 and same_value(actual, sorted(expected))
    except (TypeError, ValueError):  # items without an order, such as arrays
        return False


def _has_another_order(actual: list[Any], expected: list[Any]) -> bool:
    def is_within(some: list[Any], others: list[Any]) -> bool:
        return all(_is_in(item, others) for item in some)

    same_length = len(actual) == len(expected) > 1
    return same_length and is_within(actual, expected) and is_within(expected, actual)


def _is_cut_at_the_end(actual: list[Any], expected: list[Any]) -> bool:
    return 0 < len(actual) < len(expected) and same_value(actual, expected[: len(actual)])


def _is_cut_at_the_start(actual: list[Any], expected: list[Any]) -> bool:
    return 0 < len(actual) < len(expected) and same_value(actual, expected[-len(actual) :])


def _continues(actual: list[Any], expected: list[Any]) -> bool:
    return _is_cut_at_the_end(expected, actual)


def _begins_too_early(actual: list[Any], expected: list[Any]) -> bool:
    return _is_cut_at_the_start(expected, actual)


LISTS = {
    "repetitions": _pattern("contains some items more than once", _has_repetitions),
    "sorted": _pattern("is sorted, but must keep the original order", _is_sorted),
    "another-order": _pattern("contains the right items in another order", _has_another_order),
    "ends-early": _pattern("is missing its last items", _is_cut_at_the_end),
    "starts-late": _pattern("is missing its first items", _is_cut_at_the_start),
    "extra-items-at-the-end": _pattern("has extra items at the end", _continues),
    "extra-items-at-the-start": _pattern("has extra items at the start", _begins_too_early),
}
