"""Patterns of answers that are wrong only at certain positions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from autograder.diagnosis.comparison import close, same_entries
from autograder.diagnosis.evidence import AnswerEvidence, Array, Pair

Mask = Array | None

#: With fewer entries, a match may be a coincidence.
MANY = 8
#: The minimum number of wrong sequences, and of right sequences.
ROWS = 3
#: Conditions on the entries of an input.
ENTRIES: dict[str, Callable[[Array], Array]] = {
    "negative": lambda x: x < 0,
    "positive": lambda x: x > 0,
    "zero": lambda x: x == 0,
    "not positive": lambda x: x <= 0,
    "not negative": lambda x: x >= 0,
    "1 or −1": lambda x: np.abs(x) == 1,
}


def _where_the_input_is(evidence: AnswerEvidence) -> str | None:
    for position in range(len(_inputs(evidence.wrong[0]))):
        for words, condition in ENTRIES.items():
            mask = partial(_by_entry, position, condition)
            for fault, holds in FAULTS.items():
                if _under(evidence, mask, holds):
                    return f"{evidence.subject} {fault} only where the input is {words}."
    return None


def _under(
    evidence: AnswerEvidence, mask: Callable[[Pair], Mask], holds: Callable[[Pair, Array], bool]
) -> bool:
    """Return whether `holds` is true of all arrays and of the entries under the mask in each."""
    compared = 0
    for pair in (*evidence.wrong, *evidence.same_name):
        places = mask(pair)
        if places is None or pair.actual.shape != pair.expected.shape or not holds(pair, places):
            return False
        if places.any() and not places.all():
            compared += places.size
    return compared >= MANY


def _exactly(evidence: AnswerEvidence, mask: Callable[[Pair], Mask]) -> bool:
    return _under(evidence, mask, _are_wrong)


def _are_wrong(pair: Pair, places: Array) -> bool:
    """Return whether exactly the entries at `places` are wrong."""
    return np.array_equal(_wrong(pair), places)


def _are_times(c: float, pair: Pair, places: Array) -> bool:
    """Return whether the entries at `places` are c times their expected values."""
    return close(pair.actual, np.where(places, c * pair.expected, pair.expected))


#: What is wrong with the entries under a mask -> its test.
FAULTS: dict[str, Callable[[Pair, Array], bool]] = {
    "zero": partial(_are_times, 0.0),
    "of opposite sign": partial(_are_times, -1.0),
    "wrong": _are_wrong,
}


#: Rows of a table, from the ids of its input and the numbers of its rows.
ROWS_OF_IDS: dict[str, Callable[[Array, Array], Array]] = {
    "the rows of repeated ids": lambda ids, rows: (
        np.bincount(ids.ravel(), minlength=len(rows))[: len(rows)] > 1
    ),
    "row 0, the row of the padding": lambda ids, rows: rows == 0,
}


def _where_ids(evidence: AnswerEvidence) -> str | None:
    for words, condition in ROWS_OF_IDS.items():
        if _exactly(evidence, partial(_by_row, condition)):
            return f"{evidence.subject} wrong only in {words}."
    return None


def _rows_without_value(evidence: AnswerEvidence) -> str | None:
    """Tell arrays of which some rows are right and all others are 0."""
    rows = [_zero_rows(pair) for pair in (*evidence.wrong, *evidence.same_name)]
    if not rows or any(pair is None for pair in rows):
        return None
    zero, right = (sum(counts[i] for counts in rows if counts) for i in (0, 1))
    if zero < 1 or right < 1 or zero + right < ROWS:
        return None
    return f"{evidence.subject} right in some rows and 0 in the others, which need a value, too."


def _zero_rows(pair: Pair) -> tuple[int, int] | None:
    """Return the number of rows that are 0 by mistake, and that of right rows other than 0."""
    if pair.actual.shape != pair.expected.shape or pair.expected.ndim < 2:
        return None
    axes, arrays = tuple(range(1, pair.expected.ndim)), (pair.expected, pair.actual, _wrong(pair))
    needed, given, wrong = (np.asarray(array, bool).any(axis=axes) for array in arrays)
    return None if (given & wrong).any() else (int(wrong.sum()), int((needed & ~wrong).sum()))


def _where_padded(evidence: AnswerEvidence) -> str | None:
    wrong = right = 0
    for pair in (*evidence.wrong, *evidence.same_name):
        padded = _padded(pair)
        if padded is None or pair.actual.shape != pair.expected.shape:
            return None
        rows = _wrong(pair).reshape(len(padded), -1).any(axis=1)
        if not np.array_equal(rows, padded):
            return None
        wrong, right = wrong + int(rows.sum()), right + int((~rows).sum())
    if min(wrong, right) < ROWS:
        return None
    return f"{evidence.subject} wrong only for the sequences with padding."


def _padded(pair: Pair) -> Mask:
    """Return which rows have padding: none, if no mask was given."""
    if not pair.expected.ndim or not pair.expected.size:
        return None
    masks = [array for array in _inputs(pair) if array.dtype.kind == "b" and array.ndim == 2]
    if not masks:
        return np.zeros(len(pair.expected), bool)
    same = len(masks) == 1 and len(masks[0]) == len(pair.expected)
    return np.asarray(~masks[0].all(axis=1)) if same else None


def _at_first_or_last_step(evidence: AnswerEvidence) -> str | None:
    for index, words in ((0, "first"), (-1, "last")):
        for state, others in (("wrong", False), ("right", True)):
            if _exactly(evidence, partial(_step, index, others)):
                return f"{evidence.subject} {state} only at the {words} step."
    return None


def _wrong(pair: Pair) -> Array:
    if pair.actual.dtype.kind not in "iuf" or pair.expected.dtype.kind not in "iuf":
        return np.asarray(pair.actual != pair.expected)
    return ~same_entries(pair.actual, pair.expected)


def _inputs(pair: Pair) -> tuple[Array, ...]:
    return (*pair.seen, *pair.inputs)


def _by_entry(position: int, condition: Callable[[Array], Array], pair: Pair) -> Mask:
    inputs = _inputs(pair)
    if len(inputs) <= position or inputs[position].shape != pair.expected.shape:
        return None
    if inputs[position].dtype.kind != "f":  # counts and ids are 0 and 1 for other reasons
        return None
    return condition(inputs[position])


def _by_row(condition: Callable[[Array, Array], Array], pair: Pair) -> Mask:
    ids = [array for array in _inputs(pair) if array.dtype.kind in "iu" and array.ndim]
    if len(ids) != 1 or pair.expected.ndim != 2:
        return None
    rows = condition(ids[0], np.arange(len(pair.expected)))
    return np.broadcast_to(rows[:, None], pair.expected.shape)


def _step(index: int, others: bool, pair: Pair) -> Mask:
    """Return the entries of one step, or those of the other steps."""
    if pair.expected.ndim != 3 or pair.expected.shape[1] < 3:
        return None
    places = np.full(pair.expected.shape, others)
    places[:, index] = not others
    return places


PLACES = {
    "where-the-input-is": _where_the_input_is,
    "rows-of-ids": _where_ids,
    "rows-without-value": _rows_without_value,
    "first-or-last-step": _at_first_or_last_step,
    "padded-sequences": _where_padded,
}
