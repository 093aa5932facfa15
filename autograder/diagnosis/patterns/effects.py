"""Patterns of trivial answers and side effects: zero, an argument, old values, no finite number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.diagnosis.answer_reader import EARLIER
from autograder.diagnosis.comparison import OVERFLOWS, close, kind_of_overflow, same_value
from autograder.diagnosis.evidence import Answer, AnswerEvidence, Pair
from autograder.sandbox.session.requests import Outcome, unwrap

#: With fewer whole numbers, such as ids, equality may be a coincidence.
MANY_IDS = 3


def _every(
    words: str, test: Callable[[Pair], bool], but_few_ids: bool = False
) -> Callable[[AnswerEvidence], str | None]:
    """Return a pattern of wrong arrays that all pass a test; a few ids may pass it by chance."""

    def pattern(evidence: AnswerEvidence) -> str | None:
        wrong = evidence.wrong
        if not wrong or not all(map(test, wrong)):
            return None
        is_of_ids = all(p.expected.dtype.kind in "iu" and p.expected.size == 1 for p in wrong)
        is_chance = but_few_ids and is_of_ids and len(wrong) < MANY_IDS
        return None if is_chance else words.format(evidence)

    return pattern


def _effect(
    words: str, names: Callable[[Outcome, Outcome], set[str]]
) -> Callable[[AnswerEvidence], str | None]:
    """Return a pattern of right values beside which arrays are changed or shared."""

    def pattern(evidence: AnswerEvidence) -> str | None:
        every = set[str]().union(*(names(ours, right) for _, ours, right in evidence.effects))
        if evidence.wrong or not every:
            return None
        return words.format(evidence.method, " and ".join(sorted(every)))

    return pattern


_CHANGES = "Your {0} changes {1}, which it must not modify."
_changes = _effect(_CHANGES, lambda ours, right: {*ours.changed} - {*right.changed})


def _changes_an_argument(evidence: AnswerEvidence) -> str | None:
    if evidence.wrong and all(map(_is_modified, evidence.wrong)):
        names = " and ".join(sorted({pair.name for pair in evidence.wrong}))
        return _CHANGES.format(evidence.method, names)
    return _changes(evidence)


def _is_modified(pair: Pair) -> bool:
    """Return whether `pair` is an argument that must not change."""
    before = pair.before if pair.is_argument else None
    return before is not None and close(pair.expected, before)


def _is_zero(pair: Pair) -> bool:
    is_other = pair.expected.any() and pair.actual.shape == pair.expected.shape
    return bool(is_other) and not pair.actual.any()


def _is_an_input(pair: Pair) -> bool:
    return pair.before is None and any(close(pair.actual, array) for array in pair.inputs)


_array_returned = _every(
    "{0.subject} equal to an argument of {0.method}.", _is_an_input, but_few_ids=True
)


def _argument_returned(evidence: AnswerEvidence) -> str | None:
    answers = evidence.others
    if answers and all(map(_is_given, answers)):
        return f"The result of {evidence.method} is equal to its argument: nothing is changed."
    return _array_returned(evidence)


def _is_given(answer: Answer) -> bool:
    """Return whether `answer` is an argument of several items: fewer may be equal by chance."""
    is_long = isinstance(answer.actual, list | tuple | dict | str) and len(answer.actual) > 1
    return is_long and any(same_value(answer.actual, unwrap(value)) for value in answer.given)


def _is_overwritten(pair: Pair) -> bool:
    before = pair.before if pair.method == "backward" else None
    if before is None or before.shape != pair.actual.shape or not before.any():
        return False
    return close(pair.actual, pair.expected - before)


def _argument_unchanged(evidence: AnswerEvidence) -> str | None:
    pairs = evidence.wrong
    if not pairs or not all(p.before is not None and close(p.actual, p.before) for p in pairs):
        return None
    is_argument = all(pair.is_argument for pair in pairs)
    does = "does not change" if is_argument else "adds nothing to"
    return f"Your {evidence.method} {does} {evidence.names}."


def _not_finite(evidence: AnswerEvidence) -> str | None:
    def has_infinities(pair: Pair) -> bool:
        if pair.actual.shape != pair.expected.shape or pair.actual.dtype.kind != "f":
            return False
        bad = ~np.isfinite(pair.actual) & np.isfinite(pair.expected)
        return bool(bad.any()) and close(pair.actual[~bad], pair.expected[~bad])

    if not evidence.wrong or not all(map(has_infinities, evidence.wrong)):
        return None
    kinds = {kind_of_overflow(pair.actual, pair.expected) for pair in evidence.wrong}
    return f"Your {evidence.method} {OVERFLOWS[kinds.pop() if len(kinds) == 1 else 'any']}"


EFFECTS = {
    "new-array": _every(
        "Your backward puts new arrays into gradients instead of adding to the existing ones.",
        lambda pair: pair.name.startswith(EARLIER) and not pair.actual.any(),
    ),
    "changes-an-argument": _changes_an_argument,
    "not-in-place": _effect(
        "Your {0} makes new arrays instead of changing {1} in place.",
        lambda ours, right: {*right.changed} - {*ours.changed},
    ),
    "shares-memory": _effect(
        "Your {0} returns {1}, or a view of it, not a copy.",
        lambda ours, right: {*ours.aliased} - {*right.aliased},
    ),
    "overwritten": _every(
        "Your backward overwrites {0.names}: it must add to the existing values.", _is_overwritten
    ),
    "zero": _every("{0.subject} zero, but other values are expected.", _is_zero, but_few_ids=True),
    "unmoved": _argument_unchanged,
    "argument-returned": _argument_returned,
    "not-finite": _not_finite,
}
