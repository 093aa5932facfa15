"""Flaws of the form of answers, told alone or beside a mistake: a dtype, an axis, an overflow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from autograder.diagnosis.answer_reader import (
    HeldAnswers,
    named_arrays,
    result_names,
    with_names,
)
from autograder.diagnosis.comparison import (
    OVERFLOWS,
    View,
    has_extra_axes,
    has_other_precision,
    is_overflow,
    kind_of_overflow,
)
from autograder.diagnosis.evidence import Pair, capitalized
from autograder.diagnosis.recorded import RecordedCheck
from autograder.results.report import Diagnosis
from autograder.sandbox.session.calls import NO_CALL, RemoteCall
from autograder.sandbox.session.requests import Call, Get, Outcome
from autograder.sandbox.session.text_names import TextNames

#: The largest relative error of numbers that are almost right.
ALMOST = 1e-5


def flaw_of(check: HeldAnswers) -> Diagnosis | None:
    """Return the first flaw of the form in the answers of a check; None without a flaw."""
    for theirs, expected in zip(check.exchanges, check.right, strict=True):
        calls = theirs.calls or [NO_CALL] * len(theirs.steps)
        answers = zip(theirs.steps, calls, theirs.outcomes, expected.outcomes, strict=False)
        for step, call, *outcomes in answers:
            if isinstance(step, Call | Get) and not outcomes[0].is_method:
                for name, sentence in _flaws(step, call, check.names, *outcomes):
                    return Diagnosis(f"generic/{name}", sentence)
    return None


def _flaws(
    step: Call | Get, call: RemoteCall, names: TextNames, theirs: Outcome, right: Outcome
) -> Iterator[tuple[str, str]]:
    """Yield the name of each flaw in the form of an answer, and the sentence that tells it."""
    method = step.name if isinstance(step, Call) else call.method.rpartition(".")[2]
    theirs, right = (with_names(outcome, call.method, names) for outcome in (theirs, right))
    if changed := " and ".join(name for name in theirs.changed if name not in right.changed):
        yield "changes-an-argument", f"Your {method} changes {changed}, which it must not modify."
    if shared := " and ".join(name for name in theirs.aliased if name not in right.aliased):
        sentence = f"Your {method} returns {shared}, or a view of it, not a copy."
        yield "shares-memory", sentence
    parts = names.parts(call.method, right.value)
    what = result_names(method, right.value, parts) if isinstance(step, Call) else step.name
    actual_arrays = {named.name: named.array for named in named_arrays(theirs.value, what)}
    arrays = [
        (capitalized(named.name), actual_arrays[named.name], named.array)
        for named in named_arrays(right.value, what)
        if named.name in actual_arrays
    ]
    for name, actual, expected in arrays:
        if has_extra_axes(actual, expected):
            has = "has an extra" if actual.ndim > expected.ndim else "is missing an"
            yield "extra-axis", f"{name} {has} axis of size 1."
    for name, actual, expected in arrays:
        if has_other_precision(actual, expected):
            yield "other-dtype", f"{name} has dtype {actual.dtype}, expected {expected.dtype}."
    for _, actual, expected in arrays:
        if actual.shape == expected.shape and is_overflow(actual, expected):
            kind = kind_of_overflow(actual, expected)
            yield "not-finite", f"Your {method} {OVERFLOWS[kind]}"


def flaws_alone(checks: Sequence[RecordedCheck]) -> dict[str, Diagnosis]:
    """Return the flaws of the checks whose answers are right but for their form, by their ids."""
    right = (check for check in checks if not check.is_wrong_in(View(loosely=True)))
    return {check.id: flaw for check in right if (flaw := flaw_of(check))}


def miscounted_calls(checks: Sequence[RecordedCheck]) -> dict[str, Diagnosis]:
    """Return what is said of the checks in which only the calls of callbacks are wrong.

    A right answer may call more often. So the check itself must have complained.
    """
    silent = (check for check in checks if check.result.message and check.is_silently_wrong)
    return {
        check.id: Diagnosis("generic/calls", words)
        for check in silent
        if (words := next(_miscounts(check), ""))
    }


def _miscounts(check: RecordedCheck) -> Iterator[str]:
    for theirs, right in zip(check.exchanges, check.right, strict=True):
        methods = [step.name for step in theirs.steps if isinstance(step, Call)]
        for key in {**right.called_back, **theirs.called_back}:
            count, expected = theirs.called_back.get(key, 0), right.called_back.get(key, 0)
            if methods and count != expected:
                what = "the given function" if key[1] == "__call__" else f"`{key[1]}`"
                yield f"Your {methods[-1]} calls {what} {count} times, expected {expected}."


def almost_right(checks: Sequence[RecordedCheck]) -> dict[str, Diagnosis]:
    """Return what is said of the checks whose numbers are all right to some digits, by their ids.

    Where a difference may be rounding, no other explanation is tried. So the check itself must have
    complained about a number.
    """
    return {
        check.id: flaw_of(check) or Diagnosis("generic/almost-right", words)
        for check in checks
        if check.result.fact.what and (words := _digits(check))
    }


def _digits(check: RecordedCheck) -> str:
    wrong = [pair for pair in check.pairs if pair.differs]
    errors = [_relative_error(pair) for pair in wrong]
    if not wrong or max(errors) > ALMOST:
        return ""
    digits = int(-np.log10(max(errors)))
    return (
        f"{capitalized(wrong[0].name)} is right to about {digits} digits. Look for an added "
        "constant, such as ε, and for numbers that are rounded to float32."
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
