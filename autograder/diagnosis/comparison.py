"""Comparison of values and of answers, far stricter than the tolerance of any check.

Right values may have a wrong form: another dtype, an extra axis, a changed argument. Such a flaw
often stands beside a mistake. A mistake is recognised behind it, because the answers of a candidate
are brought into the form of the submission's answers before they are compared.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.sandbox.session.requests import Call, Get, Outcome, OverwriteResult
from autograder.sandbox.session.session import Exchange
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


def same_entries(actual: Array, expected: Array) -> Array:
    """Return which entries of two arrays of one shape differ at most by rounding."""
    allowed = tolerance(actual, expected)
    return np.isclose(actual, expected, rtol=0.0, atol=allowed, equal_nan=True)


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
        return _same_form(actual, expected) and close(actual, expected)
    return type(actual) is type(expected) and bool(actual == expected)


def same_forms(actual: Any, expected: Any) -> bool:
    """Return whether two dicts hold arrays of the same names, shapes and dtypes."""
    is_dict = isinstance(actual, dict) and isinstance(expected, dict)
    return is_dict and all(
        _same_form(*pair) for _, *pair in zip_leaves(actual, expected, strict=True)
    )


def same_outcome(actual: Outcome, expected: Outcome) -> bool:
    """Return whether a step returned the same value and changed its arguments in the same way."""
    same_kind = actual.is_method == expected.is_method and same_effects(actual, expected)
    return same_kind and all(
        same_value(getattr(actual, name), getattr(expected, name))
        for name in ("value", "args", "kwargs")
    )


def same_effects(actual: Outcome, expected: Outcome) -> bool:
    """Return whether the same arguments were changed, or share memory with the result."""
    return actual.changed == expected.changed and actual.aliased == expected.aliased


def weight(actual: Outcome, expected: Outcome) -> int:
    """Return the number of different facts in which a wrong answer differs from the right one."""
    answers, right = ((each.value, each.args, each.kwargs) for each in (actual, expected))
    pairs = (pair for _, *pair in zip_leaves(answers, right, strict=True))
    return (not same_effects(actual, expected)) + sum(_facts(*pair) for pair in pairs)


def _facts(actual: Any, expected: Any) -> int:
    """Return the number of different finite numbers, or other items, that are wrong in a leaf."""
    if is_numeric(actual) and is_numeric(expected):
        return _wrong_numbers(np.asarray(actual), np.asarray(expected))
    if isinstance(expected, tuple | list) and isinstance(actual, tuple | list):  # other lengths
        return 1 + len(actual)
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
        wrong = actual[~same_entries(actual, expected)]
    return len(np.unique(wrong[np.isfinite(wrong)]))


def is_number(value: Any) -> bool:
    """Return whether `value` is a Python number (no bool) or an array without axes."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0
    return isinstance(value, (int, float, complex)) and not isinstance(value, bool)


def _same_form(actual: Any, expected: Any) -> bool:
    """Return whether the arrays have one shape and dtype; all integer dtypes count as one."""
    if not isinstance(actual, np.ndarray) or not isinstance(expected, np.ndarray):
        return False
    kinds = actual.dtype.kind + expected.dtype.kind
    same_kind = actual.dtype == expected.dtype or set(kinds) <= set("iu")
    return same_kind and actual.shape == expected.shape


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
    if not (is_numeric(value) and isinstance(like, np.ndarray)):
        return value
    array = np.asarray(value)
    if has_extra_axes(array, like):
        array = array.reshape(like.shape)
    return array.astype(like.dtype) if has_other_precision(array, like) else array


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
        numbers.dtype.kind in "fc"
        and not np.isfinite(numbers).all()
        and right.dtype.kind in "iufc"
        and bool(np.isfinite(right).all())
        for numbers, right in (map(np.asarray, pair) for pair in pairs)
    )


def kind_of_overflow(actual: Array, expected: Array) -> str:
    """Return the kind of the entries that are not finite: ``NaN``, ``∞``, ``−∞`` or ``any``."""
    wrong = actual[~np.isfinite(actual) & np.isfinite(expected)]
    kinds = {"NaN": np.isnan(wrong), "∞": wrong == np.inf, "−∞": wrong == -np.inf}
    return next((kind for kind, are in kinds.items() if wrong.size and are.all()), "any")


#: What a method returns, by the kind of its entries that are not finite, and what can give them.
OVERFLOWS = {
    "NaN": (
        "returns NaN where a finite number is expected. 0/0, ∞/∞, ∞ − ∞, 0 · ∞, and the root or "
        "the logarithm of a negative number are NaN."
    ),
    "∞": (
        "returns ∞ where a finite number is expected. The exponential function of a large number, "
        "1/0 and −log 0 are ∞."
    ),
    "−∞": (
        "returns −∞ where a finite number is expected. It can come from log 0, −1/0 or −log ∞, "
        "from a mask, or from a maximum that starts at −∞."
    ),
    "any": "returns infinity or NaN where a finite number is expected.",
}


@contextmanager
def numpy_errors_ignored() -> Iterator[None]:
    """Ignore NumPy's floating-point errors in the block: some mistakes cause them."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


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


def facts_between(theirs: Exchange, right: Exchange, allowed: IgnoredDifferences = NONE) -> int:
    """Return the number of facts in which two answers differ; an exception is one fact."""
    outcomes = list(zip(theirs.outcomes, right.outcomes, strict=False))
    wrong = wrong_steps(theirs, right, allowed)
    # The step after the last outcome raised an exception in one of them.
    return sum(weight(*outcomes[i]) if i < len(outcomes) else 1 for i in wrong)


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
