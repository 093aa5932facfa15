"""Patterns of trivial answers and side effects: zero, an argument, old values, no finite number."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import numpy as np

from autograder.diagnosis.comparison import OVERFLOWS, close, kind_of_overflow
from autograder.diagnosis.evidence import AnswerEvidence, Pair

#: With fewer whole numbers, such as ids, equality may be a coincidence.
MANY_IDS = 3


def _is_of_few_ids(evidence: AnswerEvidence) -> bool:
    """Return whether a few whole numbers are all that is wrong."""
    is_of_ids = all(p.expected.dtype.kind in "iu" and p.expected.size == 1 for p in evidence.wrong)
    return is_of_ids and len(evidence.wrong) < MANY_IDS


def _all(test: Callable[[Pair], bool], evidence: AnswerEvidence) -> bool:
    return bool(evidence.wrong) and all(map(test, evidence.wrong))


def _changes_an_argument(evidence: AnswerEvidence) -> str | None:
    written = _extra((ours.changed, right.changed) for _, ours, right in evidence.effects)
    if _all(_is_modified, evidence):
        written = _listed({pair.name for pair in evidence.wrong})
    elif evidence.wrong or not written:
        return None
    return f"Your {evidence.method} changes {written}, which it must not modify."


def _is_modified(pair: Pair) -> bool:
    """Return whether `pair` is an argument that must not change."""
    before = pair.before if pair.name.startswith("argument") else None
    return before is not None and close(pair.expected, before)


def _extra(names: Iterable[tuple[Collection[str], Collection[str]]]) -> str:
    """Return what is in the first of two collections alone, for any pair of them."""
    return _listed(set[str]().union(*(set(some) - set(others) for some, others in names)))


def _listed(names: set[str]) -> str:
    return " and ".join(sorted(names))


def _not_in_place(evidence: AnswerEvidence) -> str | None:
    left = _extra((right.changed, ours.changed) for _, ours, right in evidence.effects)
    if evidence.wrong or not left:
        return None
    return f"Your {evidence.method} makes new arrays instead of changing {left} in place."


def _shares_memory(evidence: AnswerEvidence) -> str | None:
    shared = _extra((ours.aliased, right.aliased) for _, ours, right in evidence.effects)
    if evidence.wrong or not shared:
        return None
    return f"Your {evidence.method} returns {shared} itself or a view of it, not a copy."


def _gradients_replaced(evidence: AnswerEvidence) -> str | None:
    if evidence.method != "copy" or not _all(lambda p: not p.actual.any(), evidence):
        return None
    return "Your backward puts new arrays into gradients instead of adding to the existing ones."


def _not_finite(evidence: AnswerEvidence) -> str | None:
    def has_infinities(pair: Pair) -> bool:
        if pair.actual.shape != pair.expected.shape or pair.actual.dtype.kind != "f":
            return False
        bad = ~np.isfinite(pair.actual) & np.isfinite(pair.expected)
        return bool(bad.any()) and close(pair.actual[~bad], pair.expected[~bad])

    if not _all(has_infinities, evidence):
        return None
    kinds = {kind_of_overflow(pair.actual, pair.expected) for pair in evidence.wrong}
    return f"Your {evidence.method} {OVERFLOWS[kinds.pop() if len(kinds) == 1 else 'any']}"


def _returns_zero(evidence: AnswerEvidence) -> str | None:
    def is_zero(pair: Pair) -> bool:
        is_other = pair.expected.any() and pair.actual.shape == pair.expected.shape
        return bool(is_other) and not pair.actual.any()

    if not _all(is_zero, evidence) or _is_of_few_ids(evidence):
        return None
    return f"{evidence.subject} zero, but other values are expected."


def _argument_unchanged(evidence: AnswerEvidence) -> str | None:
    if not _all(lambda p: p.before is not None and close(p.actual, p.before), evidence):
        return None
    if not all(pair.name.startswith("argument") for pair in evidence.wrong):
        return f"Your {evidence.method} adds nothing to {evidence.names}."
    return f"Your {evidence.method} does not change {evidence.names}."


def _argument_returned(evidence: AnswerEvidence) -> str | None:
    def equals_an_input(pair: Pair) -> bool:
        return pair.before is None and any(close(pair.actual, array) for array in pair.inputs)

    if not _all(equals_an_input, evidence) or _is_of_few_ids(evidence):
        return None
    return f"{evidence.subject} equal to an argument of {evidence.method}."


def _gradients_overwritten(evidence: AnswerEvidence) -> str | None:
    def replaced(pair: Pair) -> bool:
        if pair.before is None or pair.before.shape != pair.actual.shape or not pair.before.any():
            return False
        return close(pair.actual, pair.expected - pair.before)

    if evidence.method != "backward" or not _all(replaced, evidence):
        return None
    return f"Your backward overwrites {evidence.names}: it must add to the existing values."


EFFECTS = {
    "new-array": _gradients_replaced,
    "changes-an-argument": _changes_an_argument,
    "not-in-place": _not_in_place,
    "shares-memory": _shares_memory,
    "overwritten": _gradients_overwritten,
    "zero": _returns_zero,
    "unmoved": _argument_unchanged,
    "argument-returned": _argument_returned,
    "not-finite": _not_finite,
}
