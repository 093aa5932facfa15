"""Patterns of arrays that begin or end at the wrong place along an axis, such as time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.diagnosis.comparison import close
from autograder.diagnosis.evidence import Array, Evidence, Pair

#: Whether one array, with the axis first, is the result of such a mistake for another one.
Test = Callable[[Array, Array], bool]
#: With fewer different numbers, an equal part may be a coincidence.
MANY = 3


def _pattern(words: str, test: Test, is_one: bool = False) -> Callable[[Evidence], str | None]:
    """Return a pattern.

    Args:
        is_one: whether the result is one item, without the axis.
    """

    def holds(pair: Pair, axis: int) -> bool:
        if pair.actual.ndim != pair.expected.ndim - is_one:
            return False
        actual = pair.actual[None] if is_one else np.moveaxis(pair.actual, axis, 0)
        return test(actual, np.moveaxis(pair.expected, axis, 0))

    def pattern(evidence: Evidence) -> str | None:
        if not any(len(np.unique(pair.expected)) >= MANY for pair in evidence.wrong):
            return None
        for axis in range(min(pair.expected.ndim for pair in evidence.wrong)):
            if all(holds(pair, axis) for pair in evidence.wrong):
                return f"{evidence.subject} {words} along axis {axis}."
        return None

    return pattern


def _is_start(actual: Array, expected: Array) -> bool:
    return 0 < len(actual) < len(expected) and close(actual, expected[: len(actual)])


def _is_end(actual: Array, expected: Array) -> bool:
    return 0 < len(actual) < len(expected) and close(actual, expected[-len(actual) :])


def _starts_too_early(actual: Array, expected: Array) -> bool:
    return _is_end(expected, actual)


def _goes_on(actual: Array, expected: Array) -> bool:
    return _is_start(expected, actual)


def _repeats_the_first(actual: Array, expected: Array) -> bool:
    return _repeats(actual, expected, 0)


def _repeats_the_last(actual: Array, expected: Array) -> bool:
    return _repeats(actual, expected, -1)


def _repeats(actual: Array, expected: Array, index: int) -> bool:
    """Return whether every item of `actual` is the item `index` of `expected`."""
    if actual.shape != expected.shape or len(expected) < 2:
        return False
    return close(actual, np.repeat(expected[index][None], len(expected), axis=0))


ENDS = {
    "only-the-first": _pattern("only the first expected item", _is_start, is_one=True),
    "only-the-last": _pattern("only the last expected item", _is_end, is_one=True),
    "starts-late": _pattern("right, but without the first items", _is_end),
    "ends-early": _pattern("right, but without the last items", _is_start),
    "extra-items-at-the-start": _pattern("right, but preceded by extra items", _starts_too_early),
    "extra-items-at-the-end": _pattern("right, but followed by extra items", _goes_on),
    "repeats-the-first": _pattern("the first expected item, repeated", _repeats_the_first),
    "repeats-the-last": _pattern("the last expected item, repeated", _repeats_the_last),
}
