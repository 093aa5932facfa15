"""How a check compares two values, and how it fails: a sentence, and the facts under it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograder.results.report import Fact
from autograder.sandbox.session.calls import value_text
from autograder.sandbox.session.process import shown
from autograder.sandbox.session.requests import (
    Outcome,
    RemoteModule,
    RemoteObject,
    full_name,
    session_behind,
    unwrap,
)
from autograder.sandbox.session.text_names import Names

Array = np.ndarray[Any, Any]
RTOL = 1e-7
#: How many names a message lists, and how much of each.
MAX_NAMES, MAX_NAME = 8, 60


class CheckFailed(AssertionError):
    """A check that the code under test does not meet.

    Args:
        message: one sentence for the student.
        details: facts, one a line: shapes, the worst entry with both values.
        about: the value that is wrong, as it came from a call, or the `RemoteCall` that is wrong;
            by default what was called last.
        fact: what is wrong of it, see `Fact`; a text is its `what`.
    """

    def __init__(
        self, message: str, *details: str, about: object = None, fact: Fact | str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.about = about
        self.fact = Fact(fact) if isinstance(fact, str) else fact


class MissedThreshold(CheckFailed):
    """A trained model that is not good enough: no single call of it is to blame."""


def expect(
    condition: bool, message: str, *details: str, about: object = None, fact: Fact | str = ""
) -> None:
    """Fail unless `condition` holds; for the other arguments see `CheckFailed`."""
    if not condition:
        raise CheckFailed(message, *details, about=about, fact=fact)


def leaves_arguments_alone(
    outcome: Outcome, owner: RemoteModule | RemoteObject, method: str, name: str
) -> None:
    """Fail if the call of `method` of `owner` changed an argument or returned one's memory.

    The message calls it `name`; arguments have the names of the text of the exercise.
    """
    names = session_behind(owner).calls.names
    named = partial(names.argument, full_name(owner, method))
    if outcome.changed:
        raise CheckFailed(
            f"{name} changes {' and '.join(map(named, outcome.changed))}: after the call, it must "
            "hold exactly the values that it had before",
            about=unwrap(outcome.value),
            fact=f"{name}: changed arguments",
        )
    if outcome.aliased:
        raise CheckFailed(
            f"{name} returns the memory of {' and '.join(map(named, outcome.aliased))} (the same "
            "array or a view of it): return a new array",
            about=unwrap(outcome.value),
            fact=f"{name}: memory of an argument",
        )


def equal(
    actual: Any,
    expected: Any,
    what: str,
    *,
    rtol: float = RTOL,
    atol: float = 0.0,
    names: Names = "",
) -> None:
    """Fail unless `actual` is `expected`: arrays, numbers, text and containers of them.

    Floating-point entries may differ by ``atol + rtol · max|expected|``.

    Args:
        names: the names of the items, where `what` is the method that returned them.
    """
    actual, expected = _without_axes(actual), _without_axes(expected)
    if isinstance(expected, (tuple, list)):
        _same_length(actual, expected, what)
        try:
            for i, item in enumerate(expected):
                inner = names[i] if isinstance(names, tuple) else ""
                label = f"{inner} that {what} returns" if isinstance(inner, str) else what
                label = label if inner else f"{what}[{i}]"
                equal(actual[i], item, label, rtol=rtol, atol=atol, names=inner)
        except CheckFailed as failure:
            if isinstance(expected, list) and not failure.details:
                failure.details = _missing_and_extra(actual, expected)
            raise
    elif isinstance(expected, dict):
        if not isinstance(actual, dict):
            raise _differs(what, "type", "a dict", value_text(actual), actual)
        same_names(actual, expected, what)
        for key, item in expected.items():
            equal(actual[key], item, f"{what}['{key}']", rtol=rtol, atol=atol)
    elif isinstance(expected, np.ndarray) and expected.ndim:
        _equal_array(actual, expected, what, rtol, atol)
    elif isinstance(expected, (float, int, np.ndarray)) and not isinstance(expected, bool):
        _equal_number(actual, expected, what, rtol, atol)
    elif type(actual) is not type(expected) or actual != expected:
        raise _differs(what, "values", value_text(expected), value_text(actual), actual)


def _without_axes(value: Any) -> Any:
    """Return NumPy's own True and False, which arrive as arrays without axes, as Python's."""
    is_truth = isinstance(value, np.ndarray) and not value.ndim and value.dtype.kind == "b"
    return bool(value) if is_truth else value


def _differs(what: str, aspect: str, expected: str, received: str, actual: Any) -> CheckFailed:
    message = f"{what}: expected {expected}, received {received}"
    return CheckFailed(message, about=actual, fact=Fact(f"{what}: {aspect}", expected, received))


def _same_length(actual: Any, expected: Sequence[Any], what: str) -> None:
    if not isinstance(actual, (tuple, list)):
        wanted = f"a {type(expected).__name__} of {len(expected)}"
        raise _differs(what, "type", wanted, value_text(actual), actual)
    if len(actual) != len(expected):
        failure = _differs(what, "length", f"{len(expected)} items", f"{len(actual)}", actual)
        if isinstance(expected, list):
            failure.details = _missing_and_extra(actual, expected)
        raise failure


def _missing_and_extra(actual: Sequence[Any], expected: Sequence[Any]) -> tuple[str, ...]:
    """Return the items that are missing in `actual`, and those that it has too many, in words."""
    received, wanted = (Counter(map(value_text, items)) for items in (actual, expected))
    pairs = {"missing": wanted - received, "extra": received - wanted}
    told = {words: list(items.elements()) for words, items in pairs.items() if items}
    return tuple(f"{words}: {_name_list(items)}" for words, items in told.items())


def same_names(actual: Collection[str], expected: Collection[str], what: str) -> None:
    """Fail unless two collections hold the same names."""
    missing = sorted(map(str, set(expected) - set(actual)))
    extra = sorted(map(str, set(actual) - set(expected)))
    if missing or extra:
        parts = [f"is missing entries: {_name_list(missing)}"] * bool(missing)
        parts += [f"has unexpected entries: {_name_list(extra)}"] * bool(extra)
        raise CheckFailed(f"{what} {' and '.join(parts)}", about=actual, fact=f"{what}: names")


def _name_list(names: list[str]) -> str:
    """Return the first names: a submission may have made up any number of them."""
    listed = [shown(name, MAX_NAME) for name in names[:MAX_NAMES]]
    return ", ".join(listed + ["..."] * (len(names) > MAX_NAMES))


def _equal_number(actual: Any, expected: Any, what: str, rtol: float, atol: float) -> None:
    is_array = isinstance(actual, np.ndarray)
    if isinstance(actual, bool) or not (is_array or isinstance(actual, (float, int))):
        raise _differs(what, "type", "a number", value_text(actual), actual)
    if is_array and actual.ndim:
        raise _differs(what, "type", "a number", f"shape {actual.shape}", actual)
    if is_array and actual.dtype.kind == "c":
        raise _differs(what, "type", "a real number", "a complex one", actual)
    got, want = float(actual), float(expected)
    both_nan = np.isnan(got) and np.isnan(want)
    near = np.isfinite(want) and abs(got - want) <= atol + rtol * abs(want)
    if not (near or got == want or both_nan):
        shown_want = expected if isinstance(expected, int) else want  # ids have no ratio
        fact = Fact(f"{what}: values", *apart(got, want))
        raise CheckFailed(f"{what}: {_difference(got, shown_want)}", about=actual, fact=fact)


def _equal_array(actual: Any, expected: Array, what: str, rtol: float, atol: float) -> None:
    array = same_form(actual, expected, what)
    wrong = np.asarray(array != expected)
    if expected.dtype.kind in "fc":
        finite(array, what, allowed=expected)
        largest = float(np.abs(expected[np.isfinite(expected)]).max(initial=0.0))
        with np.errstate(invalid="ignore", over="ignore"):
            wrong &= ~(np.abs(array - expected) <= atol + rtol * largest)
        wrong &= ~(np.isnan(array) & np.isnan(expected))
    if wrong.any():
        message = f"{what}: {_share(wrong)} differ from the expected ones"
        line, fact = worst(f"{what}: values", array, expected, wrong)
        raise CheckFailed(message, line, about=actual, fact=fact)


def same_form(actual: Any, expected: Array, what: str) -> Array:
    """Return `actual` as an array, if its shape and dtype are those of `expected`; else fail."""
    array = as_array(actual, expected.shape, what)
    if array.shape != expected.shape:
        notes = _broadcast_note(array, expected)
        if array.ndim == expected.ndim == 1 and {array.dtype.kind, expected.dtype.kind} <= {*"iu"}:
            notes += _missing_and_extra(array.tolist(), expected.tolist())
        raise _wrong_shape(what, array, expected.shape, *notes)
    both_integers = array.dtype.kind in "iu" and expected.dtype.kind in "iu"
    if array.dtype != expected.dtype and not both_integers:
        text = f"expected dtype {expected.dtype}, received {array.dtype}"
        both_floats = array.dtype.kind == expected.dtype.kind == "f"
        if both_floats and array.itemsize < expected.itemsize:
            text = f"{array.dtype} where {expected.dtype} was given: precision is lost on the way"
        fact = Fact(f"{what}: dtype", str(expected.dtype), str(array.dtype))
        raise CheckFailed(f"{what}: {text}", about=actual, fact=fact)
    return array


def as_array(actual: Any, shape: tuple[int, ...], what: str) -> Array:
    """Return `actual`, if it is an array; fail if a list or another value is in its place."""
    if isinstance(actual, np.ndarray):
        return actual
    received = value_text(actual)
    if isinstance(actual, list | tuple):
        received = f"a {type(actual).__name__} of {len(actual)} items, not an array"
    raise _differs(what, "type", f"an array of shape {shape}", received, actual)


def _broadcast_note(actual: Array, expected: Array) -> list[str]:
    try:
        np.broadcast_shapes(actual.shape, expected.shape)
    except ValueError:
        return []
    return ["NumPy would broadcast it without an error, and compute something else"]


def real_array(actual: Any, shape: tuple[int, ...], what: str) -> Array:
    """Return `actual`, if it is an array of real numbers of this `shape`; else fail.

    For answers that a check computes with, whatever their values: nothing broadcasts by accident.
    """
    if not isinstance(actual, np.ndarray) or actual.dtype.kind not in "fiu":
        wanted = f"an array of real numbers of shape {shape}"
        raise _differs(what, "type", wanted, value_text(actual), actual)
    if actual.shape != shape:
        raise _wrong_shape(what, actual, shape)
    return actual


def _wrong_shape(what: str, actual: Array, shape: tuple[int, ...], *details: str) -> CheckFailed:
    message = f"{what} has the wrong shape: expected {shape}, received {actual.shape}"
    fact = Fact(f"{what}: shape", str(shape), str(actual.shape))
    return CheckFailed(message, *details, about=actual, fact=fact)


def finite(array: Any, what: str, *, allowed: Array | None = None) -> None:
    """Fail if `array` holds NaN or infinity where `allowed` (nowhere by default) does not."""
    if not isinstance(array, (np.ndarray, float, int)):
        raise _differs(what, "type", "numbers", value_text(array), array)
    bad = ~np.isfinite(array)
    if allowed is not None:
        bad &= np.isfinite(allowed)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        value = np.asarray(array)[first]
        raise CheckFailed(
            f"{what}: {_share(bad)} are not finite",
            f"{value} at {list(first)}",
            about=array,
            fact=Fact(f"{what}: not finite", "finite numbers", str(value)),
        )


def worst(what: str, actual: Array, expected: Array, wrong: Array) -> tuple[str, Fact]:
    """Return a line on the entry that is furthest off, and the fact that `what` is wrong.

    Both have the expected and the received value; the line also has their ratio.
    """
    got, want = actual, expected
    if actual.dtype.kind in "biu":  # differences of unsigned integers wrap around
        got, want = actual.astype(float), expected.astype(float)
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.where(wrong, np.abs(got - want), -1.0)
    error = np.where(np.isnan(error), np.inf, error)
    index = tuple(int(i) for i in np.unravel_index(np.argmax(error), error.shape))
    values = actual[index].item(), expected[index].item()
    return f"worst at {list(index)}: {_difference(*values)}", Fact(what, *apart(*values))


def _difference(got: Any, want: Any) -> str:
    """Return both numbers and their ratio."""
    expected, received = apart(got, want)
    no_ratio = isinstance(want, int) or want == 0 or not (np.isfinite(got) and np.isfinite(want))
    ratio = "" if no_ratio else f"{got / want:.4g}"
    shown_ratio = "" if ratio in ("", "0", "-0", "1") else f" (ratio {ratio})"
    return f"expected {expected}, received {received}{shown_ratio}"


def apart(got: Any, want: Any, digits: Sequence[int] = (6, 9, 12, 17)) -> tuple[str, str]:
    """Return what was expected and received, with as many digits as it takes to tell them apart."""
    pairs = [(_text(want, count), _text(got, count)) for count in digits]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])


def _text(value: Any, digits: int) -> str:
    return str(value) if isinstance(value, int) else f"{value:.{digits}g}"


def _share(wrong: Array) -> str:
    return f"{int(wrong.sum())} of {wrong.size} values"
