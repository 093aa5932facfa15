"""Answers with right values in a wrong form: another dtype, an extra axis, a changed argument.

Such a flaw often stands beside a mistake. A mistake is recognised behind it, because the answers
of a candidate are brought into the form of the submission's answers before they are compared.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.diagnosis.comparison import Array, is_number
from autograder.isolation.host.requests import Outcome


def fitted(ours: Outcome, theirs: Outcome) -> Outcome:
    """Return `ours` with the dtypes, the extra axes and the side effects of `theirs`."""
    is_unchanged = ours.changed == theirs.changed
    return replace(
        ours,
        value=in_form(ours.value, theirs.value),
        args=in_form(ours.args, theirs.args) if is_unchanged else theirs.args,
        kwargs=in_form(ours.kwargs, theirs.kwargs) if is_unchanged else theirs.kwargs,
        changed=theirs.changed,
        aliased=theirs.aliased,
    )


def in_form(value: Any, like: Any) -> Any:
    """Return `value` with the dtypes and axes of `like`, as far as its numbers allow it."""
    if isinstance(value, dict) and isinstance(like, dict):
        return {key: in_form(item, like.get(key)) for key, item in value.items()}
    if isinstance(value, tuple | list) and isinstance(like, tuple | list):
        if len(value) != len(like):
            return value
        return type(value)(in_form(*pair) for pair in zip(value, like, strict=True))
    if _is_numeric(value) and isinstance(like, np.ndarray):
        return _as_array(np.asarray(value), like)
    return value


def _is_numeric(value: Any) -> bool:
    return isinstance(value, np.ndarray) or is_number(value)


def _as_array(array: Array, like: Array) -> Array:
    if has_extra_axes(array, like):
        array = array.reshape(like.shape)
    if has_other_precision(array, like):
        array = array.astype(like.dtype)
    return array


def has_extra_axes(one: Array, other: Array) -> bool:
    """Return whether the shapes differ by axes of size 1 alone."""
    sizes = [[size for size in array.shape if size != 1] for array in (one, other)]
    return one.shape != other.shape and sizes[0] == sizes[1]


def has_other_precision(one: Array, other: Array) -> bool:
    """Return whether both arrays hold floating-point numbers, of different precision."""
    return bool(one.dtype.kind == other.dtype.kind == "f" and one.dtype != other.dtype)


def is_overflow(actual: Any, expected: Any) -> bool:
    """Return whether some number in `actual` is not finite where it should be."""
    if isinstance(actual, dict) and isinstance(expected, dict):
        return any(is_overflow(item, expected.get(key)) for key, item in actual.items())
    if isinstance(actual, tuple | list) and isinstance(expected, tuple | list):
        return any(map(is_overflow, actual, expected))
    if not (_is_numeric(actual) and _is_numeric(expected)):
        return False
    one, other = np.asarray(actual), np.asarray(expected)
    return _is_float(one) and not np.isfinite(one).all() and _has_finite(other)


def _is_float(array: Array) -> bool:
    return array.dtype.kind in "fc"


def _has_finite(array: Array) -> bool:
    return array.dtype.kind in "iufc" and bool(np.isfinite(array).all())
