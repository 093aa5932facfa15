"""Patterns of answers that are a function of the right answers: a sign, a factor, exp."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from autograder.diagnosis.comparison import close, tolerance
from autograder.diagnosis.evidence import AnswerEvidence, Array, Pair

#: The minimum number of entries for a factor that is not simple: any one number is c times another.
ENOUGH = 3
#: The relative tolerance for factors of different entries.
PRECISION = 1e-7


def _negated(evidence: AnswerEvidence) -> str | None:
    if _holds(evidence, lambda pair: -pair.expected):
        return f"{evidence.subject} of opposite sign: a minus sign is missing or extra."
    if _moves(evidence) and _ratio_of_steps(evidence) == -1:
        return f"Your {evidence.method} moves in the opposite direction: the sign is wrong."
    return None


def _factor(evidence: AnswerEvidence) -> str | None:
    if _moves(evidence):
        c = _ratio_of_steps(evidence)
        if c is not None and c > 0:
            return f"Your {evidence.method} makes a step {_number(c)} times as long as expected."
        return None
    c = _ratio(evidence, [(pair.actual, pair.expected) for pair in evidence.wrong])
    if c is None or _contradicted(evidence):
        return None
    return f"{evidence.subject} {_number(c)} times the expected value."


def _divided_by_a_size(evidence: AnswerEvidence) -> str | None:
    for position, axes in _axes(evidence):
        for power, verb in ((-1, "divided by"), (1, "multiplied by")):
            if _is_size(evidence, position, axes, power):
                where = " times that of axis ".join(map(str, axes))
                return (
                    f"{evidence.subject} {verb} the size of axis {where} of the input: "
                    "mean is used instead of sum, or sum instead of mean."
                )
    return None


def _constant_added(evidence: AnswerEvidence) -> str | None:
    offsets = [
        np.subtract(pair.actual, pair.expected, dtype=float)
        for pair in evidence.wrong
        if _comparable(pair) or _is_of_ints(pair)
    ]
    if len(offsets) < len(evidence.wrong) or _contradicted(evidence) or _moves(evidence):
        return None
    c = _agreed(offsets, [pair.expected for pair in evidence.wrong])
    if c is None:
        return None
    subject, _, verb = evidence.subject.rpartition(" ")
    verb = "differs" if verb == "is" else "differ"
    return f"{subject} {verb} by the constant {_number(c)}: a term is missing or extra."


def _is_of_ints(pair: Pair) -> bool:
    kinds = {pair.actual.dtype.kind, pair.expected.dtype.kind}
    return pair.actual.shape == pair.expected.shape and kinds <= {"i", "u"}


def _complement(evidence: AnswerEvidence) -> str | None:
    if _holds(evidence, lambda pair: 1 - pair.expected):
        return f"{evidence.subject} 1 minus the expected value."
    return None


def _holds(evidence: AnswerEvidence, wanted: Callable[[Pair], Array]) -> bool:
    """Return whether all wrong arrays equal `wanted` and have enough numbers for certainty."""
    return (
        all(map(_comparable, evidence.wrong))
        and not _contradicted(evidence)
        and _count_unround([pair.expected for pair in evidence.wrong]) > 0
        and all(close(pair.actual, wanted(pair)) for pair in evidence.wrong)
    )


def _count_unround(arrays: list[Array]) -> int:
    """Return the number of different values that are not round: 3/4 is 3 · 1/4 and 1 − 1/4."""
    every = np.unique(np.concatenate([np.abs(array).ravel() for array in arrays]))
    return int((64 * every % 1 > 1e-9).sum())


def _comparable(pair: Pair) -> bool:
    same_shape = pair.actual.shape == pair.expected.shape and pair.actual.dtype.kind == "f"
    return same_shape and all(np.isfinite(a).all() for a in (pair.actual, pair.expected))


def _contradicted(evidence: AnswerEvidence) -> bool:
    """Return whether an array of the same name was right elsewhere, with entries other than 0."""
    return any(pair.expected.any() for pair in evidence.same_name)


def _moves(evidence: AnswerEvidence) -> bool:
    """Return whether the wrong arrays are arguments that must be changed in place."""
    return all(
        pair.before is not None and pair.is_argument and _comparable(pair)
        for pair in evidence.wrong
    )


def _ratio_of_steps(evidence: AnswerEvidence) -> float | None:
    """Return c if all steps are c times as long as expected, and no other step is right."""
    if any(expected.any() for _, expected in _steps(evidence.same_name)):
        return None
    return _ratio(evidence, _steps(evidence.wrong))


def _steps(pairs: Sequence[Pair]) -> list[tuple[Array, Array]]:
    return [
        (pair.actual - pair.before, pair.expected - pair.before)
        for pair in pairs
        if pair.before is not None
    ]


def _ratio(evidence: AnswerEvidence, pairs: list[tuple[Array, Array]]) -> float | None:
    """Return c of actual = c · expected; if there are few numbers, only a simple c."""
    if not all(map(_comparable, evidence.wrong)):
        return None
    ratios = []
    for actual, expected in pairs:
        zero = np.abs(expected) <= 1e-12 * np.abs(expected).max(initial=0.0)
        if np.abs(actual[zero]).max(initial=0.0) > tolerance(actual, expected):
            return None
        ratios.append((actual[~zero] / expected[~zero]).ravel())
    every = np.concatenate(ratios)
    if not every.size:
        return None
    c = float(np.median(every))
    if c == 0 or np.abs(every - c).max() > PRECISION * abs(c):
        return None
    right = [expected for _, expected in pairs]
    if c == 100:  # percent for a share
        return c if any(((share > 0) & (share < 1)).any() for share in right) else None
    needed = 1 if _is_simple(c) or _name_of(c) else ENOUGH
    return c if _count_unround(right) >= needed else None


def _is_simple(c: float) -> bool:
    size = max(abs(c), 1 / abs(c))
    return size < 1000 and abs(size - round(size)) < 1e-9


#: Factors that are recognised in a single number -> what they stand for.
CONSTANTS = {1 / math.log(2): "1 / ln 2: a logarithm to base 2 for a natural one",
             math.log(2): "ln 2: a natural logarithm for one to base 2",
             1 / math.log(10): "1 / ln 10: a logarithm to base 10 for a natural one"}  # fmt: skip


def _name_of(c: float) -> str:
    """Return what a factor stands for; empty if it is no known constant."""
    close_to = (name for known, name in CONSTANTS.items() if abs(c - known) < 1e-9 * known)
    return next(close_to, "")


def _agreed(offsets: list[Array], expected: list[Array]) -> float | None:
    every = np.concatenate([offset.ravel() for offset in offsets])
    largest = max(float(np.abs(array).max(initial=0.0)) for array in expected)
    c = float(np.median(every))
    far = np.abs(every - c).max(initial=0.0) > 1e-9 * max(largest, abs(c))
    different = len(np.unique(np.concatenate([array.ravel() for array in expected])))
    return c if not far and different >= ENOUGH else None


def _axes(evidence: AnswerEvidence) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield positions of inputs that all pairs have, with one axis or the first two axes."""
    everything = [*evidence.wrong, *evidence.same_name]
    inputs = [(*pair.inputs, *pair.seen) for pair in everything]
    for position in range(min(map(len, inputs))):
        axes = min(arrays[position].ndim for arrays in inputs)
        yield from ((position, (axis,)) for axis in range(axes))
        if axes > 1:
            yield position, (0, 1)


def _is_size(evidence: AnswerEvidence, position: int, axes: tuple[int, ...], power: int) -> bool:
    """Return whether the factor is that size to the `power`, for several different sizes."""
    sizes = set()
    for pair in (*evidence.wrong, *evidence.same_name):
        shape = (*pair.inputs, *pair.seen)[position].shape
        size = math.prod(shape[axis] for axis in axes)
        if not pair.expected.any() and not pair.actual.any():
            continue  # zero divided by any size is zero
        if not _comparable(pair) or size == 0:
            return False
        if not close(pair.actual, pair.expected * float(size) ** power):
            return False
        sizes.add(size)
    return len(sizes) > 1


def _number(c: float) -> str:
    """Return a number as text, such as ``0.25 (1/4)``, ``−2`` or ``1.9``."""
    text = f"{c:.6g}".replace("-", "−")
    if name := _name_of(c):
        return f"{text} ({name})"
    inverse = 1 / c if c else 0.0
    if 1 < abs(inverse) < 1000 and abs(inverse - round(inverse)) < 1e-6:
        return f"{text} ({'−' if c < 0 else ''}1/{abs(round(inverse))})"
    return text


SCALING = {
    "negated": _negated,
    "divided-by-a-size": _divided_by_a_size,
    "factor": _factor,
    "one-minus": _complement,
    "off-by-a-constant": _constant_added,
}


#: With fewer different numbers, equality may be a coincidence.
MANY = 4
#: Round numbers are fractions with this denominator: 1/4 is the square of 1/2, and half of it.
DENOMINATOR = 64 * 81 * 125 * 49


def _softmax(x: Array) -> Array:
    if not x.ndim:
        return x
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def _form(words: str, function: Callable[[Array], Array]) -> Callable[[AnswerEvidence], str | None]:
    def pattern(evidence: AnswerEvidence) -> str | None:
        pairs = (*evidence.wrong, *evidence.same_name)
        holds = all(_is_image(pair, function) for pair in pairs) and any(
            len(np.unique(pair.expected)) >= MANY or _is_telling(pair) for pair in pairs
        )
        return f"{evidence.subject} {words}." if holds else None

    return pattern


def _is_telling(pair: Pair) -> bool:
    """Return whether `pair` is a number of its own: a match of all its digits is no coincidence."""
    if pair.expected.ndim or pair.expected.dtype.kind != "f" or not np.isfinite(pair.expected):
        return False
    parts = abs(float(pair.expected)) * DENOMINATOR
    return 1 < parts < 1e9 and 1e-3 < parts % 1 < 1 - 1e-3


def _is_image(pair: Pair, function: Callable[[Array], Array]) -> bool:
    is_float = pair.expected.dtype.kind == "f" and pair.actual.shape == pair.expected.shape
    if not is_float or not np.isfinite(pair.actual).all():
        return False
    with np.errstate(all="ignore"):
        return close(pair.actual, np.asarray(function(pair.expected)))


FUNCTIONS = {
    "exponential": _form("exp of the expected values", np.exp),
    "logarithm": _form("the logarithm of the expected values", np.log),
    "softmax": _form("the softmax of the expected values", _softmax),
    "log-softmax": _form(
        "the log softmax of the expected values", lambda x: np.log(_softmax(x)) if x.ndim else x
    ),
    "absolute": _form("the absolute value of the expected values", np.abs),
    "squared": _form("the square of the expected values", np.square),
    "root": _form("the square root of the expected values", np.sqrt),
    "reciprocal": _form("the reciprocal of the expected values", np.reciprocal),
    "tanh": _form("tanh of the expected values", np.tanh),
    "sigmoid": _form("the sigmoid of the expected values", lambda x: 1 / (1 + np.exp(-x))),
    "cut-at-zero": _form(
        "right, but negative values are replaced by zero", lambda x: np.maximum(x, 0)
    ),
}
