"""Answers with right values in a wrong form: another dtype, an extra axis, a changed argument.

Such a flaw often stands beside a mistake. A mistake is recognised behind it, because the answers
of a candidate are brought into the form of the submission's answers before they are compared.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from autograder.diagnosis.comparison import Array, is_numeric
from autograder.sandbox.session.requests import Outcome
from autograder.sandbox.wire import zip_leaves


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
    if is_numeric(value) and isinstance(like, np.ndarray):
        return _as_array(np.asarray(value), like)
    return value


def _as_array(array: Array, like: Array) -> Array:
    if has_extra_axes(array, like):
        array = array.reshape(like.shape)
    if has_other_precision(array, like):
        array = array.astype(like.dtype)
    return array


def has_extra_axes(first: Array, second: Array) -> bool:
    """Return whether the shapes differ by axes of size 1 alone."""
    sizes = [[size for size in array.shape if size != 1] for array in (first, second)]
    return first.shape != second.shape and sizes[0] == sizes[1]


def has_other_precision(first: Array, second: Array) -> bool:
    """Return whether both arrays hold floating-point numbers, of different precision."""
    return bool(first.dtype.kind == second.dtype.kind == "f" and first.dtype != second.dtype)


def is_overflow(actual: Any, expected: Any) -> bool:
    """Return whether some number in `actual` is not finite where it should be."""
    pairs = [pair for _, *pair in zip_leaves(actual, expected) if all(map(is_numeric, pair))]
    return any(
        _is_float(numbers) and not np.isfinite(numbers).all() and _has_finite(right_numbers)
        for numbers, right_numbers in (map(np.asarray, pair) for pair in pairs)
    )


def kind_of_overflow(actual: Array, expected: Array) -> str:
    """Return the kind of the entries that are not finite: ``log of 0``, ``NaN`` or ``any``.

    A loss −log p is infinite, where it should be large, if p has become 0.
    """
    bad = ~np.isfinite(actual) & np.isfinite(expected)
    wrong, right = actual[bad], expected[bad]
    if not wrong.size:
        return "any"
    if np.isnan(wrong).all():
        return "NaN"
    is_log = np.isneginf(wrong) | (np.isposinf(wrong) & (right > _largest_exponent(actual)))
    return "log of 0" if is_log.all() else "any"


def _largest_exponent(array: Array) -> float:
    """Return the x above which exp(−x) is 0 in the dtype of `array`."""
    is_float = array.dtype.kind == "f"
    return -float(np.log(np.finfo(array.dtype if is_float else float).tiny))


#: What a method does, by the kind of its entries that are not finite.
OVERFLOWS = {
    "log of 0": "takes the logarithm of a probability that is 0: a finite number is expected.",
    "NaN": (
        "returns NaN where a finite number is expected: it computes 0/0, ∞/∞ or ∞ − ∞, for example "
        "after an exponential function has overflowed."
    ),
    "any": (
        "overflows, or divides by 0: it returns infinity or NaN where a finite number is expected."
    ),
}


def _is_float(array: Array) -> bool:
    return array.dtype.kind in "fc"


def _has_finite(array: Array) -> bool:
    return array.dtype.kind in "iufc" and bool(np.isfinite(array).all())
