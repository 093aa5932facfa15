"""Whether two answers to one request are the same: much closer than any check asks."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.isolation.host.requests import Outcome
from autograder.isolation.wire import Handle

Array = np.ndarray[Any, Any]

#: By the size of a number in bytes. Equal computations in another order differ by some multiples
#: of 1e-16 (in float32, of 1e-7).
RTOL = {8: 1e-9, 4: 1e-5, 2: 1e-2}


def tolerance(*arrays: Array) -> float:
    """How far entries of equal arrays may be apart: by their largest entry and coarsest dtype."""
    largest, rtol = 0.0, 0.0
    for array in arrays:
        if array.dtype.kind in "fc" and array.size:
            sizes = np.abs(array[np.isfinite(array)])
            largest = max(largest, float(sizes.max(initial=0.0)))
            rtol = max(rtol, RTOL.get(array.real.itemsize, RTOL[8]))
    return rtol * largest


def close(actual: Array, expected: Array) -> bool:
    """Whether two arrays have one shape, and no entry is further off than rounding; NaN is NaN."""
    if actual.shape != expected.shape:
        return False
    if actual.dtype.kind not in "fc" and expected.dtype.kind not in "fc":
        return bool(np.array_equal(actual, expected))
    if actual.dtype.kind == "O":  # an integer that no array holds
        return False
    allowed = tolerance(actual, expected)
    return bool(np.allclose(actual, expected, rtol=0.0, atol=allowed, equal_nan=True))


def same_value(actual: Any, expected: Any) -> bool:
    """Whether two values are the same: numbers as such, arrays with their dtype, containers."""
    if isinstance(expected, Handle):
        return isinstance(actual, Handle)
    if isinstance(expected, dict):
        return same_names(actual, expected) and all(
            same_value(actual[key], value) for key, value in expected.items()
        )
    if isinstance(expected, (tuple, list)):
        return (
            isinstance(actual, (tuple, list))
            and len(actual) == len(expected)
            and all(same_value(one, other) for one, other in zip(actual, expected, strict=True))
        )
    if is_number(expected):
        return is_number(actual) and close(np.asarray(actual), np.asarray(expected))
    if isinstance(expected, np.ndarray):
        return same_form(actual, expected) and close(actual, expected)
    return type(actual) is type(expected) and bool(actual == expected)


def same_forms(actual: Any, expected: Any) -> bool:
    """Whether two dicts hold arrays of the same names, shapes and kinds, whatever is in them."""
    return (
        isinstance(expected, dict)
        and same_names(actual, expected)
        and all(same_form(actual[key], value) for key, value in expected.items())
    )


def same_outcome(actual: Outcome, expected: Outcome) -> bool:
    """Whether a step had the same value and did the same to its arguments."""
    return (
        actual.is_method == expected.is_method
        and same_effects(actual, expected)
        and same_value(actual.value, expected.value)
        and same_value(actual.args, expected.args)
        and same_value(actual.kwargs, expected.kwargs)
    )


def same_effects(actual: Outcome, expected: Outcome) -> bool:
    """Whether the same arguments were changed, or lent their memory to the result."""
    return actual.changed == expected.changed and actual.aliased == expected.aliased


def is_number(value: Any) -> bool:
    """A Python number or an array without axes; no truth value."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0
    return isinstance(value, (int, float, complex)) and not isinstance(value, bool)


def same_names(actual: Any, expected: dict[Any, Any]) -> bool:
    """Whether `actual` is a dict with the keys of `expected`."""
    return isinstance(actual, dict) and set(actual) == set(expected)


def same_form(actual: Any, expected: Any) -> bool:
    """Whether `actual` is an array of the shape of `expected`; all integers are of one kind."""
    if not isinstance(actual, np.ndarray) or not isinstance(expected, np.ndarray):
        return False
    kinds = actual.dtype.kind + expected.dtype.kind
    same_kind = actual.dtype == expected.dtype or set(kinds) <= set("iu")
    return same_kind and actual.shape == expected.shape
