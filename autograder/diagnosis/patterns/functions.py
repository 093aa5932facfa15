"""Patterns of answers that are a function of the right ones, by entry or by row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.diagnosis.comparison import close
from autograder.diagnosis.evidence import Array, Evidence, Pair

#: With fewer different numbers, equality may be a coincidence.
MANY = 4
#: Round numbers are fractions with this denominator: 1/4 is the square of 1/2, and half of it.
DENOMINATOR = 64 * 81 * 125 * 49


def _softmax(x: Array) -> Array:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def _log_softmax(x: Array) -> Array:
    return np.asarray(np.log(_softmax(x)))


FORMS: dict[str, tuple[str, Callable[[Array], Array]]] = {
    "exponential": ("exp of the expected values", np.exp),
    "logarithm": ("the logarithm of the expected values", np.log),
    "softmax": ("the softmax of the expected values", lambda x: _softmax(x) if x.ndim else x),
    "log-softmax": (
        "the log softmax of the expected values",
        lambda x: _log_softmax(x) if x.ndim else x,
    ),
    "absolute": ("the absolute value of the expected values", np.abs),
    "squared": ("the square of the expected values", np.square),
    "root": ("the square root of the expected values", np.sqrt),
    "reciprocal": ("the reciprocal of the expected values", np.reciprocal),
    "tanh": ("tanh of the expected values", np.tanh),
    "sigmoid": ("the sigmoid of the expected values", lambda x: 1 / (1 + np.exp(-x))),
    "cut-at-zero": (
        "right, but negative values are replaced by zero",
        lambda x: np.maximum(x, 0),
    ),
    "doubled-argument": ("like sigmoid(2x) instead of tanh(x)", lambda x: (x + 1) / 2),
}


def _form(words: str, function: Callable[[Array], Array]) -> Callable[[Evidence], str | None]:
    def pattern(evidence: Evidence) -> str | None:
        pairs = (*evidence.wrong, *evidence.same_name)
        if not all(_is_image(pair, function) for pair in pairs):
            return None
        if not any(len(np.unique(pair.expected)) >= MANY or _is_telling(pair) for pair in pairs):
            return None
        return f"{evidence.subject} {words}."

    return pattern


def _is_telling(pair: Pair) -> bool:
    """Return whether `pair` is a number of its own: a match of all its digits is no coincidence."""
    if pair.expected.ndim or pair.expected.dtype.kind != "f" or not np.isfinite(pair.expected):
        return False
    parts = abs(float(pair.expected)) * DENOMINATOR
    return 1 < parts < 1e9 and 1e-3 < parts % 1 < 1 - 1e-3


def _is_image(pair: Pair, function: Callable[[Array], Array]) -> bool:
    if pair.expected.dtype.kind != "f" or pair.actual.shape != pair.expected.shape:
        return False
    if not np.isfinite(pair.actual).all():
        return False
    with np.errstate(all="ignore"):
        return close(pair.actual, np.asarray(function(pair.expected)))


FUNCTIONS = {name: _form(words, function) for name, (words, function) in FORMS.items()}
