"""Patterns of right numbers in wrong places: transposed, shifted, reduced, cut, repeated."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np

from autograder.diagnosis.comparison import close
from autograder.diagnosis.evidence import AnswerEvidence, Array, Pair, capitalized

#: Possible numbers of gates of a recurrent cell, as blocks along the last axis.
GATES = (4, 3, 2)
#: Possible numbers of blocks of columns, such as the heads of an attention.
BLOCKS = range(2, 9)
#: With fewer different numbers, an equal arrangement may be a coincidence.
MANY = 4


def _swapped(evidence: AnswerEvidence) -> str | None:
    names = list(dict.fromkeys(pair.name for pair in evidence.wrong))
    wholes = {pair.part_of for pair in evidence.wrong}
    if len(names) != 2 or len(wholes) != 1 or "" in wholes:
        return None
    first, second = ([p for p in evidence.wrong if p.name == name] for name in names)
    are_exchanged = len(first) == len(second) and all(
        close(pair.actual, other.expected) and close(other.actual, pair.expected)
        for pair, other in zip(first, second, strict=True)
    )
    if not are_exchanged:
        return None
    return f"{capitalized(names[0])} and {names[1]} are exchanged."


def _transposed(evidence: AnswerEvidence) -> str | None:
    if _rearranged(evidence, lambda a: a.T if a.ndim == 2 else None):
        return f"{evidence.subject} transposed."
    if _rearranged(evidence, lambda a: a.T.reshape(a.shape) if a.ndim > 1 else None):
        return (
            f"{evidence.subject} in the order of the transpose: "
            "reshape was used instead of transpose."
        )
    return None


def _reversed_order(evidence: AnswerEvidence) -> str | None:
    for axis in _axes(evidence):
        if _rearranged(evidence, partial(np.flip, axis=axis)):
            return f"{evidence.subject} in reverse order along axis {axis}."
    return None


def _shifted(evidence: AnswerEvidence) -> str | None:
    for axis in _axes(evidence):
        for by, words in ((1, "one step late"), (-1, "one step early")):
            if _all_shifted(evidence, axis, by):
                return f"{evidence.subject} {words} along axis {axis}."
    return None


def _all_shifted(evidence: AnswerEvidence, axis: int, by: int) -> bool:
    def is_shifted(pair: Pair) -> bool:
        actual, expected = np.moveaxis(pair.actual, axis, 0), np.moveaxis(pair.expected, axis, 0)
        mine, theirs = (actual[by:], expected[:-by]) if by > 0 else (actual[:by], expected[-by:])
        return close(mine, theirs)

    wrong = evidence.wrong
    return (
        all(pair.actual.shape == pair.expected.shape for pair in wrong)
        and all(map(is_shifted, wrong))
        and any(_is_informative(np.moveaxis(pair.expected, axis, 0)[1:]) for pair in wrong)
    )


def _blocks_permuted(evidence: AnswerEvidence) -> str | None:
    for count in GATES:
        for order in list(permutations(range(count)))[1:]:
            if _rearranged(evidence, partial(_in_order, order)):
                return (
                    f"{evidence.subject} made of {count} blocks along the last axis in the order "
                    f"{list(order)}: the blocks are in another order."
                )
    return None


def _interleaved(evidence: AnswerEvidence) -> str | None:
    for count in BLOCKS:
        if _rearranged(evidence, partial(_by_turns, count)):
            return (
                f"{evidence.subject} made of {count} blocks along the last axis whose columns are "
                "mixed: a reshape with the two axes in the other order does that."
            )
    return None


def _by_turns(count: int, array: Array) -> Array | None:
    if not array.size or not array.ndim or array.shape[-1] % count:
        return None
    pairs = array.reshape(*array.shape[:-1], count, -1).swapaxes(-1, -2)
    return np.ascontiguousarray(pairs).reshape(array.shape)


def _in_order(order: tuple[int, ...], array: Array) -> Array | None:
    if not array.ndim or array.shape[-1] % len(order):
        return None
    blocks = np.split(array, len(order), axis=-1)
    return np.concatenate([blocks[i] for i in order], axis=-1)


def _reduced(evidence: AnswerEvidence) -> str | None:
    for name, function in (("sum", np.sum), ("mean", np.mean), ("maximum", np.max)):
        for axis in (*_axes(evidence), None):
            if all(_is_reduced(pair, function, axis) for pair in evidence.wrong) and any(
                _is_informative(pair.expected) for pair in evidence.wrong
            ):
                where = "over all axes" if axis is None else f"along axis {axis}"
                return f"{evidence.subject} the {name} {where} of the expected values."
    return None


def _is_reduced(pair: Pair, function: Callable[..., Array], axis: int | None) -> bool:
    expected = pair.expected
    if expected.ndim == 0 or not expected.size or (axis is not None and axis >= expected.ndim):
        return False
    kept = function(expected, axis=axis, keepdims=True)
    if pair.actual.shape == expected.shape:
        return kept.size > 0 and close(pair.actual, np.broadcast_to(kept, expected.shape).copy())
    return close(pair.actual, kept) or close(pair.actual, np.asarray(function(expected, axis=axis)))


def _rearranged(evidence: AnswerEvidence, arrange: Callable[[Array], Array | None]) -> bool:
    """Return whether `arrange` turns all expected arrays into the actual arrays, right or wrong."""
    for pair in (*evidence.wrong, *evidence.same_name):
        wanted = arrange(pair.expected)
        if wanted is None or not close(pair.actual, wanted):
            return False
    return any(_is_informative(pair.expected) for pair in evidence.wrong)


def _is_informative(array: Array) -> bool:
    """Return whether the array has enough different numbers for a pattern.

    Numbers that are tiny beside the largest one count as 0: a sum does not show them.
    """
    finite = array[np.isfinite(array)] if array.dtype.kind in "iufc" else array
    largest = np.abs(finite).max(initial=0.0) if array.dtype.kind in "fc" else 0.0
    return len(np.unique(np.round(finite / largest, 9) if largest else finite)) >= MANY


def _axes(evidence: AnswerEvidence) -> range:
    return range(min(pair.expected.ndim for pair in evidence.wrong))


ARRANGEMENT = {
    "swapped-results": _swapped,
    "transposed": _transposed,
    "reversed": _reversed_order,
    "shifted": _shifted,
    "gates-permuted": _blocks_permuted,
    "interleaved": _interleaved,
    "reduced": _reduced,
}


#: Compares an actual value with the expected value.
Same = Callable[[Any, Any], bool]
#: With fewer different numbers, an equal part may be a coincidence.
MANY_ITEMS = 3


def _pattern(
    words: str, test: Same, is_one: bool = False
) -> Callable[[AnswerEvidence], str | None]:
    """Return a pattern; with `is_one`, the result is one item, without the axis."""

    def holds(pair: Pair, axis: int) -> bool:
        if pair.actual.ndim != pair.expected.ndim - is_one:
            return False
        actual = pair.actual[None] if is_one else np.moveaxis(pair.actual, axis, 0)
        return test(actual, np.moveaxis(pair.expected, axis, 0))

    def pattern(evidence: AnswerEvidence) -> str | None:
        if not any(len(np.unique(pair.expected)) >= MANY_ITEMS for pair in evidence.wrong):
            return None
        for axis in _axes(evidence):
            if all(holds(pair, axis) for pair in evidence.wrong):
                return f"{evidence.subject} {words} along axis {axis}."
        return None

    return pattern


def is_start(actual: Any, expected: Any, same: Same = close) -> bool:
    """Return whether the last items of `expected` are missing, and all others are the same."""
    return 0 < len(actual) < len(expected) and same(actual, expected[: len(actual)])


def is_end(actual: Any, expected: Any, same: Same = close) -> bool:
    """Return whether the first items of `expected` are missing, and all others are the same."""
    return 0 < len(actual) < len(expected) and same(actual, expected[-len(actual) :])


def exchanged(test: Same) -> Same:
    """Return `test` with its two values exchanged."""
    return lambda actual, expected: test(expected, actual)


def _repeats(index: int, actual: Array, expected: Array) -> bool:
    """Return whether every item of `actual` is the item `index` of `expected`."""
    if actual.shape != expected.shape or len(expected) < 2:
        return False
    return close(actual, np.repeat(expected[index][None], len(expected), axis=0))


ENDS = {
    "only-the-first": _pattern("only the first expected item", is_start, is_one=True),
    "only-the-last": _pattern("only the last expected item", is_end, is_one=True),
    "starts-late": _pattern("right, but without the first items", is_end),
    "ends-early": _pattern("right, but without the last items", is_start),
    "extra-items-at-the-start": _pattern("right, but preceded by extra items", exchanged(is_end)),
    "extra-items-at-the-end": _pattern("right, but followed by extra items", exchanged(is_start)),
    "repeats-the-first": _pattern("the first expected item, repeated", partial(_repeats, 0)),
    "repeats-the-last": _pattern("the last expected item, repeated", partial(_repeats, -1)),
}
