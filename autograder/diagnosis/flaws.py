"""Flaws of the form of answers, told alone or beside a mistake: a dtype, an axis, an overflow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autograder.diagnosis.comparison import Array, is_numeric
from autograder.diagnosis.evidence import Pair, capitalized
from autograder.diagnosis.exchanges import Exchanges, View
from autograder.diagnosis.forms import (
    OVERFLOWS,
    has_extra_axes,
    has_other_precision,
    is_overflow,
    kind_of_overflow,
)
from autograder.diagnosis.recorded import RecordedCheck
from autograder.results.report import Diagnosis
from autograder.sandbox.session.requests import Call, Get, Outcome, Step

#: The largest relative error of numbers that are almost right.
ALMOST = 1e-5

Tell = Callable[[str, str, Outcome, Outcome], str]


def flaw_of(check: RecordedCheck) -> Diagnosis | None:
    """Return the first flaw of the form in the answers of a check; None without a flaw."""
    return first_flaw(check.exchanges, check.right)


def first_flaw(exchanges: Exchanges, right: Exchanges) -> Diagnosis | None:
    """Return the first flaw of the form of `exchanges`, beside the right answers."""
    method = ""
    for theirs, expected in zip(exchanges, right, strict=True):
        for step, outcome, right_outcome in zip(
            theirs.steps, theirs.outcomes, expected.outcomes, strict=False
        ):
            method = step.name if isinstance(step, Call) else method
            flaw = _flaw(step, method, outcome, right_outcome)
            if flaw is not None:
                return flaw
    return None


def flaws_alone(checks: Sequence[RecordedCheck]) -> dict[str, Diagnosis]:
    """Return the flaws of the checks whose answers are right but for their form, by their ids."""
    flaws = {c.id: flaw_of(c) for c in checks if not c.is_wrong_in(View(loosely=True))}
    return {name: flaw for name, flaw in flaws.items() if flaw is not None}


def miscounted_calls(checks: Sequence[RecordedCheck]) -> dict[str, Diagnosis]:
    """Return what is said of the checks in which only the calls of callbacks are wrong.

    A right answer may call more often. So the check itself must have complained.
    """
    silent = (check for check in checks if check.result.message and check.is_silently_wrong)
    told = {check.id: _calls(check) for check in silent}
    return {name: Diagnosis("generic/calls", words) for name, words in told.items() if words}


def _calls(check: RecordedCheck) -> str:
    for theirs, right in zip(check.exchanges, check.right, strict=True):
        methods = [step.name for step in theirs.steps if isinstance(step, Call)]
        for key in {**right.called_back, **theirs.called_back}:
            count, expected = theirs.called_back.get(key, 0), right.called_back.get(key, 0)
            if methods and count != expected:
                what = "the given function" if key[1] == "__call__" else f"`{key[1]}`"
                return f"Your {methods[-1]} calls {what} {count} times, expected {expected}."
    return ""


def almost_right(checks: Sequence[RecordedCheck]) -> dict[str, Diagnosis]:
    """Return what is said of the checks whose numbers are all right to some digits, by their ids.

    Where a difference may be rounding, no other explanation is tried. So the check itself must have
    complained about a number.
    """
    told = {check.id: _digits(check) for check in checks if check.result.fact.what}
    diagnoses = {
        name: Diagnosis("generic/almost-right", words) for name, words in told.items() if words
    }
    flaws = {check.id: flaw for check in checks if (flaw := flaw_of(check)) is not None}
    return {name: flaws.get(name, diagnosis) for name, diagnosis in diagnoses.items()}


def _digits(check: RecordedCheck) -> str:
    wrong = [pair for pair in check.pairs if pair.differs]
    errors = [_relative_error(pair) for pair in wrong]
    if not wrong or max(errors) > ALMOST:
        return ""
    digits = int(-np.log10(max(errors)))
    return (
        f"{capitalized(wrong[0].name)} is right to about {digits} digits: a constant such as ε is "
        "added or missing, or numbers are rounded to float32."
    )


def _relative_error(pair: Pair) -> float:
    """Return the largest error of an array relative to its largest number; infinity at worst.

    The error of a step is relative to the step, not to where it begins.
    """
    actual, expected = pair.actual, pair.expected
    if actual.shape != expected.shape or {actual.dtype.kind, expected.dtype.kind} != {"f"}:
        return float("inf")
    step = expected if pair.before is None else expected - pair.before
    largest = float(np.abs(step).max(initial=0.0))
    error = float(np.abs(actual - expected).max(initial=0.0))
    return error / largest if largest > 0 and np.isfinite(error) else float("inf")


def _flaw(step: Step, method: str, theirs: Outcome, right: Outcome) -> Diagnosis | None:
    if not isinstance(step, Call | Get) or theirs.is_method:
        return None
    what = step.name if isinstance(step, Get) else f"the result of {method}"
    for name, tell in FLAWS.items():
        sentence = tell(what, method, theirs, right)
        if sentence:
            return Diagnosis(f"generic/{name}", sentence)
    return None


def _dtype(what: str, method: str, theirs: Outcome, right: Outcome) -> str:
    for name, actual, expected in _arrays(what, theirs.value, right.value):
        if has_other_precision(actual, expected):
            return f"{capitalized(name)} has dtype {actual.dtype}, expected {expected.dtype}."
    return ""


def _axes(what: str, method: str, theirs: Outcome, right: Outcome) -> str:
    for name, actual, expected in _arrays(what, theirs.value, right.value):
        if has_extra_axes(actual, expected):
            has = "has an extra" if actual.ndim > expected.ndim else "is missing an"
            return f"{capitalized(name)} {has} axis of size 1."
    return ""


def _changes(what: str, method: str, theirs: Outcome, right: Outcome) -> str:
    names = [name for name in theirs.changed if name not in right.changed]
    if not names:
        return ""
    return f"Your {method} changes {' and '.join(names)}, which it must not modify."


def _shares(what: str, method: str, theirs: Outcome, right: Outcome) -> str:
    names = [name for name in theirs.aliased if name not in right.aliased]
    if not names:
        return ""
    return f"Your {method} returns {' and '.join(names)} itself or a view of it, not a copy."


def _overflows(what: str, method: str, theirs: Outcome, right: Outcome) -> str:
    for _, actual, expected in _arrays(what, theirs.value, right.value):
        if actual.shape == expected.shape and is_overflow(actual, expected):
            return f"Your {method} {OVERFLOWS[kind_of_overflow(actual, expected)]}"
    return ""


#: The name of a flaw -> what tells it.
FLAWS: dict[str, Tell] = {
    "changes-an-argument": _changes,
    "shares-memory": _shares,
    "extra-axis": _axes,
    "other-dtype": _dtype,
    "not-finite": _overflows,
}


def _arrays(name: str, actual: Any, expected: Any) -> Iterator[tuple[str, Array, Array]]:
    """Yield the arrays that stand at the same place in two answers, with their name."""
    if isinstance(actual, dict) and isinstance(expected, dict):
        for key in filter(actual.__contains__, expected):
            yield from _arrays(f"{name}['{key}']", actual[key], expected[key])
    elif isinstance(actual, tuple | list) and isinstance(expected, tuple | list):
        for i, (item, expected_item) in enumerate(zip(actual, expected, strict=False), start=1):
            yield from _arrays(f"{name}, part {i}", item, expected_item)
    elif is_numeric(actual) and is_numeric(expected):
        yield name, np.asarray(actual), np.asarray(expected)
