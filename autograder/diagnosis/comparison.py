"""Comparison of two answers to one request, far stricter than the tolerance of any check."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograder.sandbox.session.requests import Outcome
from autograder.sandbox.wire import Handle, zip_leaves

Array = np.ndarray[Any, Any]

#: Relative tolerance by the size of a number in bytes. Equal computations in another order
#: differ by a few multiples of 1e-16 (1e-7 in float32).
RTOL = {8: 1e-9, 4: 1e-5, 2: 1e-2}


def tolerance(*arrays: Array) -> float:
    """Return the largest allowed difference of equal arrays, from their largest entry and dtype."""
    largest, rtol = 0.0, 0.0
    for array in arrays:
        if array.dtype.kind in "fc" and array.size:
            sizes = np.abs(array[np.isfinite(array)])
            largest = max(largest, float(sizes.max(initial=0.0)))
            rtol = max(rtol, RTOL.get(array.real.itemsize, RTOL[8]))
    return rtol * largest


def close(actual: Array, expected: Array) -> bool:
    """Return whether two arrays have one shape and differ at most by rounding; NaN equals NaN."""
    if actual.shape != expected.shape:
        return False
    if actual.dtype.kind not in "fc" and expected.dtype.kind not in "fc":
        return bool(np.array_equal(actual, expected))
    if actual.dtype.kind == "O":  # an integer too large for an integer array
        return False
    allowed = tolerance(actual, expected)
    return bool(np.allclose(actual, expected, rtol=0.0, atol=allowed, equal_nan=True))


def same_value(actual: Any, expected: Any) -> bool:
    """Return whether two values are equal; arrays need equal dtypes as well, numbers do not."""
    return all(_same_leaf(*pair) for _, *pair in zip_leaves(actual, expected, strict=True))


def _same_leaf(actual: Any, expected: Any) -> bool:
    if isinstance(expected, Handle):
        return isinstance(actual, Handle)
    if isinstance(expected, (dict, tuple, list)):  # of another length or kind, or other keys
        return False
    if isinstance(expected, np.random.Generator):
        is_generator = isinstance(actual, np.random.Generator)
        return is_generator and actual.bit_generator.state == expected.bit_generator.state
    if is_number(expected):
        return is_number(actual) and close(np.asarray(actual), np.asarray(expected))
    if isinstance(expected, np.ndarray):
        return same_form(actual, expected) and close(actual, expected)
    return type(actual) is type(expected) and bool(actual == expected)


def same_forms(actual: Any, expected: Any) -> bool:
    """Return whether two dicts hold arrays of the same names, shapes and dtypes."""
    return (
        isinstance(expected, dict)
        and same_names(actual, expected)
        and all(same_form(actual[key], value) for key, value in expected.items())
    )


def same_outcome(actual: Outcome, expected: Outcome) -> bool:
    """Return whether a step returned the same value and changed its arguments in the same way."""
    return (
        actual.is_method == expected.is_method
        and same_effects(actual, expected)
        and same_value(actual.value, expected.value)
        and same_value(actual.args, expected.args)
        and same_value(actual.kwargs, expected.kwargs)
    )


def same_effects(actual: Outcome, expected: Outcome) -> bool:
    """Return whether the same arguments were changed, or share memory with the result."""
    return actual.changed == expected.changed and actual.aliased == expected.aliased


def weight(actual: Outcome, expected: Outcome) -> int:
    """Return the number of different facts in which a wrong answer differs from the right one."""
    effects = not same_effects(actual, expected)
    answers = (actual.value, actual.args, actual.kwargs)
    right = (expected.value, expected.args, expected.kwargs)
    return effects + sum(map(_facts, answers, right))


def _facts(actual: Any, expected: Any) -> int:
    """Return the number of different finite numbers, or other items, that are wrong."""
    if isinstance(expected, dict) and same_names(actual, expected):
        return sum(_facts(actual[key], value) for key, value in expected.items())
    if isinstance(expected, (tuple, list)) and isinstance(actual, (tuple, list)):
        if len(actual) == len(expected):
            return sum(map(_facts, actual, expected))
        return 1 + len(actual)
    if is_numeric(actual) and is_numeric(expected):
        return _wrong_numbers(np.asarray(actual), np.asarray(expected))
    return int(not same_value(actual, expected))


def is_numeric(value: Any) -> bool:
    """Return whether `value` is an array or a number."""
    return isinstance(value, np.ndarray) or is_number(value)


def _wrong_numbers(actual: Array, expected: Array) -> int:
    """Return how many different finite numbers of `actual` are not as expected."""
    if actual.dtype.kind == "O":
        return 1
    wrong = actual
    if actual.shape == expected.shape:
        allowed = tolerance(actual, expected)
        wrong = actual[~np.isclose(actual, expected, rtol=0.0, atol=allowed, equal_nan=True)]
    return len(np.unique(wrong[np.isfinite(wrong)]))


def is_number(value: Any) -> bool:
    """Return whether `value` is a Python number (no bool) or an array without axes."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0
    return isinstance(value, (int, float, complex)) and not isinstance(value, bool)


def same_names(actual: Any, expected: dict[Any, Any]) -> bool:
    """Return whether `actual` is a dict with the keys of `expected`."""
    return isinstance(actual, dict) and set(actual) == set(expected)


def same_form(actual: Any, expected: Any) -> bool:
    """Return whether the arrays have one shape and dtype; all integer dtypes count as one."""
    if not isinstance(actual, np.ndarray) or not isinstance(expected, np.ndarray):
        return False
    kinds = actual.dtype.kind + expected.dtype.kind
    same_kind = actual.dtype == expected.dtype or set(kinds) <= set("iu")
    return same_kind and actual.shape == expected.shape


@contextmanager
def numpy_errors_ignored() -> Iterator[None]:
    """Ignore NumPy's floating-point errors in the block: some mistakes cause them."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
