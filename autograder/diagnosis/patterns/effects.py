"""Patterns of trivial answers and side effects: zero, an argument, old values, no finite number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import numpy as np

from autograder.diagnosis.comparison import close
from autograder.diagnosis.evidence import AnswerEvidence, Pair
from autograder.diagnosis.forms import OVERFLOWS, kind_of_overflow

#: With fewer whole numbers, such as ids, equality may be a coincidence.
MANY_IDS = 3


def _is_of_few_ids(evidence: AnswerEvidence) -> bool:
    """Return whether a few whole numbers are all that is wrong."""
    is_of_ids = all(p.expected.dtype.kind in "iu" and p.expected.size == 1 for p in evidence.wrong)
    return is_of_ids and len(evidence.wrong) < MANY_IDS


def _all(test: Callable[[Pair], bool], evidence: AnswerEvidence) -> bool:
    return bool(evidence.wrong) and all(map(test, evidence.wrong))


def changes_an_argument(evidence: AnswerEvidence) -> str | None:
    """Return a sentence if all values are right, but an argument was changed."""
    written = _extra((ours.changed, right.changed) for _, ours, right in evidence.effects)
    if evidence.wrong and all(map(_is_modified, evidence.wrong)):
        written = {pair.name for pair in evidence.wrong}
    elif evidence.wrong or not written:
        return None
    return f"Your {evidence.method} changes {_listed(written)}, which it must not modify."


def _extra(names: Iterable[tuple[Collection[str], Collection[str]]]) -> set[str]:
    """Return what is in the first of two collections alone, for any pair of them."""
    return set[str]().union(*(set(some) - set(others) for some, others in names))


def _is_modified(pair: Pair) -> bool:
    """Return whether `pair` is an argument that must not change."""
    return (
        pair.name.startswith("argument")
        and pair.before is not None
        and close(pair.expected, pair.before)
    )


def not_in_place(evidence: AnswerEvidence) -> str | None:
    """Return a sentence if all values are right, but arrays were not changed in place."""
    left = _extra((right.changed, ours.changed) for _, ours, right in evidence.effects)
    if evidence.wrong or not left:
        return None
    return f"Your {evidence.method} makes new arrays instead of changing {_listed(left)} in place."


def shares_memory(evidence: AnswerEvidence) -> str | None:
    """Return a sentence if all values are right, but they share memory with an argument."""
    shared = _extra((ours.aliased, right.aliased) for _, ours, right in evidence.effects)
    if evidence.wrong or not shared:
        return None
    return f"Your {evidence.method} returns {_listed(shared)} itself or a view of it, not a copy."


def gradients_replaced(evidence: AnswerEvidence) -> str | None:
    """Return a sentence if backward replaced the arrays in the dict of gradients."""
    if evidence.method != "copy" or not _all(lambda p: not p.actual.any(), evidence):
        return None
    return "Your backward puts new arrays into gradients instead of adding to the existing ones."


def not_finite(evidence: AnswerEvidence) -> str | None:
    """Return a sentence if some entries are infinity or NaN and all others are right."""

    def has_infinities(pair: Pair) -> bool:
        if pair.actual.shape != pair.expected.shape or pair.actual.dtype.kind != "f":
            return False
        bad = ~np.isfinite(pair.actual) & np.isfinite(pair.expected)
        return bool(bad.any()) and close(pair.actual[~bad], pair.expected[~bad])

    if not _all(has_infinities, evidence):
        return None
    kinds = {kind_of_overflow(pair.actual, pair.expected) for pair in evidence.wrong}
    return f"Your {evidence.method} {OVERFLOWS[kinds.pop() if len(kinds) == 1 else 'any']}"


def returns_zero(evidence: AnswerEvidence) -> str | None:
    """Return a sentence if the result is zero and should not be."""

    def is_zero(pair: Pair) -> bool:
        is_other = pair.expected.any() and pair.actual.shape == pair.expected.shape
        return bool(is_other) and not pair.actual.any()

    if not _all(is_zero, evidence) or _is_of_few_ids(evidence):
        return None
    return f"{evidence.subject} zero, but other values are expected."


def argument_unchanged(evidence: AnswerEvidence) -> str | None:
    """Return a sentence if an argument that must be changed has its old values."""
    if not _all(lambda p: p.before is not None and close(p.actual, p.before), evidence):
        return None
    if not all(pair.name.startswith("argument") for pair in evidence.wrong):
        return f"Your {evidence.method} adds nothing to {evidence.names}."
    return f"Your {evidence.method} does not change {evidence.names}."


def argument_returned(evidence: AnswerEvidence) -> str | None:
    """Return a sentence if the result equals one of the arguments."""

    def equals_an_input(pair: Pair) -> bool:
        return pair.before is None and any(close(pair.actual, array) for array in pair.inputs)

    if not _all(equals_an_input, evidence) or _is_of_few_ids(evidence):
        return None
    return f"{evidence.subject} equal to an argument of {evidence.method}."


def gradients_overwritten(evidence: AnswerEvidence) -> str | None:
    """Return a sentence if backward replaces gradients instead of adding to them."""

    def replaced(pair: Pair) -> bool:
        if pair.before is None or pair.before.shape != pair.actual.shape or not pair.before.any():
            return False
        return close(pair.actual, pair.expected - pair.before)

    if evidence.method != "backward" or not _all(replaced, evidence):
        return None
    return f"Your backward overwrites {evidence.names}: it must add to the existing values."


def _listed(names: set[str]) -> str:
    return " and ".join(sorted(names))


EFFECTS = {
    "new-array": gradients_replaced,
    "changes-an-argument": changes_an_argument,
    "not-in-place": not_in_place,
    "shares-memory": shares_memory,
    "overwritten": gradients_overwritten,
    "zero": returns_zero,
    "unmoved": argument_unchanged,
    "argument-returned": argument_returned,
    "not-finite": not_finite,
}
