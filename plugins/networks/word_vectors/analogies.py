"""Analogies of word vectors.

Source: CS224n lecture 1; Mikolov, Yih and Zweig 2013.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.arrays import current_arrays
from plugins.networks.word_vectors.one_hot import unit_vectors


def analogy(vectors: Any, a: int, b: int, c: int) -> int:
    """Return the word nearest to v_b − v_a + v_c, without a, b and c."""
    return int(
        _answers(unit_vectors(vectors), current_arrays().from_numpy(np.array([[a, b, c]])))[0]
    )


def analogy_accuracy(vectors: Any, questions: Any) -> float:
    """Return the share of questions `(Q, 4)` that are answered."""
    questions = current_arrays().asarray(questions)
    answers = _answers(unit_vectors(vectors), questions[:, :3])
    return float((answers == questions[:, 3]).sum()) / len(questions)


def offset_consistency(vectors: Any, pairs: Any) -> float:
    """Return the mean cosine of the differences of pairs `(P, 2)`."""
    unit, (a, b) = unit_vectors(vectors), current_arrays().asarray(pairs).T
    offsets = unit_vectors(unit[b] - unit[a])
    cosines = offsets @ offsets.T
    trace = current_arrays().namespace.trace(cosines)
    return float((cosines.sum() - trace) / (len(a) * (len(a) - 1)))


def _answers(unit: Any, given: Any) -> Any:
    """Return the answer `(Q,)` to each of the questions a, b, c `(Q, 3)`."""
    arrays, (a, b, c) = current_arrays(), given.T
    cosines = (unit[b] - unit[a] + unit[c]) @ unit.T
    words = arrays.from_numpy(np.arange(len(unit)))
    is_given = (given[:, :, None] == words).any(1)
    return arrays.namespace.where(is_given, -np.inf, cosines).argmax(1)
