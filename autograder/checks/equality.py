"""How a check compares two values, and how it fails: a sentence, and the facts under it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from autograder.results.report import Fact
from autograder.sandbox.session.calls import value_text
from autograder.sandbox.session.process import shown
from autograder.sandbox.session.requests import Outcome, unwrap

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


def leaves_arguments_alone(outcome: Outcome, name: str) -> None:
    """Fail if the call changed an argument or returned one's memory."""
    if outcome.changed:
        raise CheckFailed(
            f"{name} changes its {_argument_list(outcome.changed)} in place: "
            "work on a copy, the caller still needs it",
            about=unwrap(outcome.value),
            fact=f"{name}: changed arguments",
        )
    if outcome.aliased:
        raise CheckFailed(
            f"{name} returns the memory of its {_argument_list(outcome.aliased)} (the same array "
            "or a view of it): return a new array",
            about=unwrap(outcome.value),
            fact=f"{name}: memory of an argument",
        )


def _argument_list(names: tuple[str, ...]) -> str:
    return " and ".join(names)


def equal(actual: Any, expected: Any, what: str, *, rtol: float = RTOL, atol: float = 0.0) -> None:
    """Fail unless `actual` is `expected`: arrays, numbers, text and containers of them.

    Floating-point entries may differ by ``atol + rtol · max|expected|``.
    """
    actual, expected = _without_axes(actual), _without_axes(expected)
    if isinstance(expected, (tuple, list)):
        _equal_sequence(actual, expected, what, rtol, atol)
    elif isinstance(expected, dict):
        _equal_dict(actual, expected, what, rtol, atol)
    elif isinstance(expected, np.ndarray) and expected.ndim:
        _equal_array(actual, expected, what, rtol, atol)
    elif isinstance(expected, (float, int, np.ndarray)) and not isinstance(expected, bool):
        _equal_number(actual, expected, what, rtol, atol)
    elif type(actual) is not type(expected) or actual != expected:
        fact = Fact(f"{what}: values", value_text(expected), value_text(actual))
        raise _differs(what, actual, fact)


def _differs(what: str, actual: Any, fact: Fact) -> CheckFailed:
    message = f"{what}: expected {fact.expected}, received {fact.received}"
    return CheckFailed(message, about=actual, fact=fact)


def _without_axes(value: Any) -> Any:
    """Return NumPy's own True and False, which arrive as arrays without axes, as Python's."""
    is_truth = isinstance(value, np.ndarray) and not value.ndim and value.dtype.kind == "b"
    return bool(value) if is_truth else value


def _equal_sequence(actual: Any, expected: Any, what: str, rtol: float, atol: float) -> None:
    kind = type(expected).__name__
    if not isinstance(actual, (tuple, list)):
        fact = Fact(f"{what}: type", f"a {kind} of {len(expected)}", value_text(actual))
        raise _differs(what, actual, fact)
    if len(actual) != len(expected):
        fact = Fact(f"{what}: length", f"{len(expected)} items", f"{len(actual)}")
        raise _differs(what, actual, fact)
    for i, (item, expected_item) in enumerate(zip(actual, expected, strict=True)):
        equal(item, expected_item, f"{what}[{i}]", rtol=rtol, atol=atol)


def _equal_dict(actual: Any, expected: Any, what: str, rtol: float, atol: float) -> None:
    if not isinstance(actual, dict):
        raise _differs(what, actual, Fact(f"{what}: type", "a dict", value_text(actual)))
    same_names(actual, expected, what)
    for key, value in expected.items():
        equal(actual[key], value, f"{what}['{key}']", rtol=rtol, atol=atol)


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
    if (wrong := _no_real_number(actual)) is not None:
        raise _differs(what, actual, Fact(f"{what}: type", *wrong))
    got, want = float(actual), float(expected)
    both_nan = np.isnan(got) and np.isnan(want)
    near = np.isfinite(want) and abs(got - want) <= atol + rtol * abs(want)
    if not (near or got == want or both_nan):
        fact = Fact(f"{what}: values", *_apart(got, want))
        raise CheckFailed(f"{what}: {_difference(got, want)}", about=actual, fact=fact)


def _no_real_number(actual: Any) -> tuple[str, str] | None:
    """Return what was expected and received where `actual` is no real number; else None."""
    if isinstance(actual, bool) or not isinstance(actual, (float, int, np.ndarray)):
        return "a number", value_text(actual)
    if isinstance(actual, np.ndarray) and actual.ndim:
        return "a number", f"shape {actual.shape}"
    if isinstance(actual, np.ndarray) and actual.dtype.kind == "c":
        return "a real number", "a complex one"
    return None


def _equal_array(actual: Any, expected: Array, what: str, rtol: float, atol: float) -> None:
    array = same_form(actual, expected, what)
    if expected.dtype.kind in "fc":
        finite(array, what, allowed=expected)
    wrong = _wrong(array, expected, rtol, atol)
    if wrong.any():
        raise CheckFailed(
            f"{what}: {_share(wrong)} differ from the expected ones",
            worst_entry(array, expected, wrong),
            about=actual,
            fact=worst_fact(f"{what}: values", array, expected, wrong),
        )


def _wrong(actual: Array, expected: Array, rtol: float, atol: float) -> Array:
    """Return where two arrays of one form differ."""
    if expected.dtype.kind not in "fc":
        return np.asarray(actual != expected)
    tolerance = atol + rtol * _largest(expected)
    with np.errstate(invalid="ignore", over="ignore"):
        far = ~(np.abs(actual - expected) <= tolerance) & (actual != expected)
    return np.asarray(far & ~(np.isnan(actual) & np.isnan(expected)))


def same_form(actual: Any, expected: Array, what: str) -> Array:
    """Return `actual` as an array, if its shape and dtype are those of `expected`; else fail."""
    if not isinstance(actual, np.ndarray):
        wanted = f"an array of shape {expected.shape}"
        raise _differs(what, actual, Fact(f"{what}: type", wanted, value_text(actual)))
    if actual.shape != expected.shape:
        raise CheckFailed(
            f"{what} has the wrong shape: expected {expected.shape}, received {actual.shape}",
            *_broadcast_note(actual.shape, expected.shape),
            about=actual,
            fact=Fact(f"{what}: shape", str(expected.shape), str(actual.shape)),
        )
    if actual.dtype != expected.dtype and not _same_integers(actual, expected):
        message = f"{what}: {_dtype_text(actual.dtype, expected.dtype)}"
        fact = Fact(f"{what}: dtype", str(expected.dtype), str(actual.dtype))
        raise CheckFailed(message, about=actual, fact=fact)
    return actual


def real_array(actual: Any, shape: tuple[int, ...], what: str) -> Array:
    """Return `actual`, if it is an array of real numbers of this `shape`; else fail.

    For answers that a check computes with, whatever their values: nothing broadcasts by accident.
    """
    if not isinstance(actual, np.ndarray) or actual.dtype.kind not in "fiu":
        wanted = f"an array of real numbers of shape {shape}"
        raise _differs(what, actual, Fact(f"{what}: type", wanted, value_text(actual)))
    if actual.shape != shape:
        raise CheckFailed(
            f"{what} has the wrong shape: expected {shape}, received {actual.shape}",
            about=actual,
            fact=Fact(f"{what}: shape", str(shape), str(actual.shape)),
        )
    return actual


def _same_integers(actual: Array, expected: Array) -> bool:
    return actual.dtype.kind in "iu" and expected.dtype.kind in "iu"


def _broadcast_note(actual: tuple[int, ...], expected: tuple[int, ...]) -> list[str]:
    try:
        np.broadcast_shapes(actual, expected)
    except ValueError:
        return []
    return ["NumPy would broadcast it without an error, and compute something else"]


def _dtype_text(actual: np.dtype[Any], expected: np.dtype[Any]) -> str:
    if (actual.kind, expected.kind) == ("f", "f") and actual.itemsize < expected.itemsize:
        return f"{actual} where {expected} was given: precision is lost on the way"
    return f"expected dtype {expected}, received {actual}"


def finite(array: Any, what: str, *, allowed: Array | None = None) -> None:
    """Fail if `array` holds NaN or infinity where `allowed` (nowhere by default) does not."""
    if not isinstance(array, (np.ndarray, float, int)):
        raise _differs(what, array, Fact(f"{what}: type", "numbers", value_text(array)))
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


def worst_entry(actual: Array, expected: Array, wrong: Array) -> str:
    """Return the entry that is furthest off, with both values and their ratio."""
    index, got, want = _worst(actual, expected, wrong)
    return f"worst at {list(index)}: {_difference(got, want)}"


def worst_fact(what: str, actual: Array, expected: Array, wrong: Array) -> Fact:
    """Return the fact that `what` is wrong, with both values of the entry that is furthest off."""
    _, got, want = _worst(actual, expected, wrong)
    return Fact(what, *_apart(got, want))


def _worst(actual: Array, expected: Array, wrong: Array) -> tuple[tuple[int, ...], Any, Any]:
    """Return index, received and expected value of the entry that is furthest off."""
    if actual.dtype.kind in "biu":  # differences of unsigned integers wrap around
        error = np.where(wrong, np.abs(actual.astype(float) - expected.astype(float)), -1.0)
    else:
        with np.errstate(invalid="ignore", over="ignore"):
            error = np.where(wrong, np.abs(actual - expected), -1.0)
    error = np.where(np.isnan(error), np.inf, error)
    index = tuple(int(i) for i in np.unravel_index(np.argmax(error), error.shape))
    return index, actual[index].item(), expected[index].item()


def _difference(got: Any, want: Any) -> str:
    """Return both numbers and their ratio."""
    expected, received = _apart(got, want)
    return f"expected {expected}, received {received}{_ratio_text(got, want)}"


def _apart(got: Any, want: Any) -> tuple[str, str]:
    """Return what was expected and received, with as many digits as it takes to tell them apart."""
    pairs = [(_text(want, digits), _text(got, digits)) for digits in (6, 9, 12, 17)]
    return next((pair for pair in pairs if pair[0] != pair[1]), pairs[-1])


def _text(value: Any, digits: int) -> str:
    return str(value) if isinstance(value, int) else f"{value:.{digits}g}"


def _ratio_text(got: Any, want: Any) -> str:
    if isinstance(want, int) or want == 0 or not (np.isfinite(got) and np.isfinite(want)):
        return ""
    return f" (ratio {got / want:.4g})"


def _share(wrong: Array) -> str:
    return f"{int(wrong.sum())} of {wrong.size} values"


def _largest(array: Array) -> float:
    sizes = np.abs(array[np.isfinite(array)])
    return float(sizes.max()) if sizes.size else 0.0
