"""Answers that are wrong in some places alone, and where these are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from autograder.diagnosis.comparison import close, tolerance
from autograder.diagnosis.evidence import Array, Evidence, Pair

Mask = Array | None

#: With fewer entries in question, it may be chance.
MANY = 8
#: So many sequences must be wrong, and as many right.
ROWS = 3
#: Where something is special about the entries of an input.
ENTRIES: dict[str, Callable[[Array], Array]] = {
    "negative": lambda x: x < 0,
    "positive": lambda x: x > 0,
    "zero": lambda x: x == 0,
    "not positive": lambda x: x <= 0,
    "not negative": lambda x: x >= 0,
    "1 or −1": lambda x: np.abs(x) == 1,
}


def where_the_input_is(evidence: Evidence) -> str | None:
    """Zero, of the wrong sign, or just wrong, where the input is negative, say, and only there."""
    for position in range(len(_inputs(evidence.wrong[0]))):
        for words, condition in ENTRIES.items():
            said = _said(evidence, partial(_by_entry, position, condition))
            if said:
                return f"{evidence.subject} {said} where the input is {words}, and only there."
    return None


def _said(evidence: Evidence, mask: Callable[[Pair], Mask]) -> str:
    """What the entries that the mask tells are."""
    if _all_are(evidence, mask, 0.0):
        return "zero"
    if _all_are(evidence, mask, -1.0):
        return "of the wrong sign"
    return "wrong" if _exactly(evidence, mask) else ""


def _all_are(evidence: Evidence, mask: Callable[[Pair], Mask], times: float) -> bool:
    """Whether the entries that the mask tells are so many times what they should be."""
    told = 0
    for pair in (*evidence.wrong, *evidence.same_name):
        places = mask(pair)
        if places is None or pair.actual.shape != pair.expected.shape:
            return False
        if not close(pair.actual, np.where(places, times * pair.expected, pair.expected)):
            return False
        if places.any() and not places.all():
            told += places.size
    return told >= MANY


def where_ids(evidence: Evidence) -> str | None:
    """Wrong in the rows of ids that occur several times, or of the padding."""
    if _exactly(evidence, lambda pair: _by_row(pair, _repeated)):
        return f"{evidence.subject} wrong exactly in the rows of ids that occur several times."
    if _exactly(evidence, lambda pair: _by_row(pair, lambda ids, rows: rows == 0)):
        return f"{evidence.subject} wrong exactly in row 0, that of the padding."
    return None


def where_padded(evidence: Evidence) -> str | None:
    """Wrong for the sequences that have steps without a word, and for no others."""
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
    return f"{evidence.subject} wrong exactly for the sequences that have steps without a word."


def _padded(pair: Pair) -> Mask:
    """Which rows have steps without a word: none, where no mask was given."""
    if not pair.expected.ndim or not pair.expected.size:
        return None
    masks = [array for array in _inputs(pair) if array.dtype.kind == "b" and array.ndim == 2]
    if not masks:
        return np.zeros(len(pair.expected), bool)
    same = len(masks) == 1 and len(masks[0]) == len(pair.expected)
    return np.asarray(~masks[0].all(axis=1)) if same else None


def at_first_or_last_step(evidence: Evidence) -> str | None:
    """Right, or wrong, at the first or the last step alone."""
    for index, words in ((0, "first"), (-1, "last")):
        if _exactly(evidence, partial(_step, index)):
            return f"{evidence.subject} wrong at the {words} step alone."
        if _exactly(evidence, partial(_other_steps, index)):
            return f"{evidence.subject} right at the {words} step alone."
    return None


def _exactly(evidence: Evidence, mask: Callable[[Pair], Mask]) -> bool:
    """Whether entries are wrong where the mask says so, all of them and no others."""
    told = 0
    for pair in (*evidence.wrong, *evidence.same_name):
        places = mask(pair)
        if places is None or pair.actual.shape != pair.expected.shape:
            return False
        if not np.array_equal(_wrong(pair), places):
            return False
        if places.any() and not places.all():
            told += places.size
    return told >= MANY


def _wrong(pair: Pair) -> Array:
    if pair.actual.dtype.kind not in "iuf" or pair.expected.dtype.kind not in "iuf":
        return np.asarray(pair.actual != pair.expected)
    allowed = tolerance(pair.actual, pair.expected)
    same = (np.abs(pair.actual - pair.expected) <= allowed) | (pair.actual == pair.expected)
    return np.asarray(~same)


def _inputs(pair: Pair) -> tuple[Array, ...]:
    return (*pair.seen, *pair.inputs)


def _by_entry(position: int, condition: Callable[[Array], Array], pair: Pair) -> Mask:
    inputs = _inputs(pair)
    if len(inputs) <= position or inputs[position].shape != pair.expected.shape:
        return None
    return condition(inputs[position])


def _by_row(pair: Pair, condition: Callable[[Array, Array], Array]) -> Mask:
    ids = [array for array in _inputs(pair) if array.dtype.kind in "iu" and array.ndim]
    if len(ids) != 1 or pair.expected.ndim != 2:
        return None
    rows = condition(ids[0], np.arange(len(pair.expected)))
    return np.broadcast_to(rows[:, None], pair.expected.shape)


def _repeated(ids: Array, rows: Array) -> Array:
    return np.bincount(ids.ravel(), minlength=len(rows))[: len(rows)] > 1


def _step(index: int, pair: Pair) -> Mask:
    if pair.expected.ndim != 3 or pair.expected.shape[1] < 3:
        return None
    places = np.zeros(pair.expected.shape, bool)
    places[:, index] = True
    return places


def _other_steps(index: int, pair: Pair) -> Mask:
    places = _step(index, pair)
    return None if places is None else ~places


PLACES = {
    "where-the-input-is": where_the_input_is,
    "rows-of-ids": where_ids,
    "at-an-end": at_first_or_last_step,
    "padded-sequences": where_padded,
}
