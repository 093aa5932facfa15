"""Analogies: the directions between word vectors have meanings (Mikolov, Yih and Zweig 2013)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array


def analogy(vectors: Array, a: int, b: int, c: int) -> int:
    """Return the word d for which a is to b as c is to d.

    Args:
        vectors: v_w for each word, `(V, D)` floats, V ≥ 4. Not modified.
        a, b, c: ids of words.

    Returns: the id d; the smallest one of equally good words.
    """
    # BEGIN SOLUTION: vectors of length 1 first; the three given words cannot be the answer
    unit = _unit(vectors)
    cosines = unit @ (unit[b] - unit[a] + unit[c])
    cosines[[a, b, c]] = -np.inf
    return int(np.argmax(cosines))
    # END SOLUTION


def analogy_accuracy(vectors: Array, questions: Array) -> float:
    """Return the share of questions that `analogy` answers, from 0 to 1.

    Args:
        vectors: `(V, D)`. Not modified.
        questions: (a, b, c, d) in rows, `(Q, 4)` integers, Q ≥ 1.
    """
    # BEGIN SOLUTION
    answers = [analogy(vectors, a, b, c) == d for a, b, c, d in questions.tolist()]
    return float(np.mean(answers))
    # END SOLUTION


def offset_consistency(vectors: Array, pairs: Array) -> float:
    """Return how parallel the differences v_b − v_a of word pairs (a, b) are.

    Args:
        vectors: `(V, D)`. Not modified.
        pairs: `(P, 2)` integers, P ≥ 2.

    Returns: a number from −1 to 1; 1: the differences of the unit vectors have one direction.
    """
    # BEGIN SOLUTION
    unit = _unit(vectors)
    offsets = _unit(unit[pairs[:, 1]] - unit[pairs[:, 0]])
    cosines = offsets @ offsets.T
    P = len(pairs)
    return float((cosines.sum() - np.trace(cosines)) / (P * (P - 1)))
    # END SOLUTION


def _unit(a: Array) -> Array:
    """Given: scale vectors to length 1; a vector of zeros stays 0."""
    length = np.sqrt(np.sum(a**2, axis=-1, keepdims=True))
    return a / np.where(length > 0, length, 1.0)
