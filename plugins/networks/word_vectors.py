"""One-hot vectors, cosines and analogies of word vectors, on the arrays of any backend.

Source: CS224n lecture 1; Mikolov, Yih and Zweig 2013.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.arrays import current_arrays


def one_hot(ids: Any, vocabulary_size: int) -> Any:
    """Return a vector `(..., V)`, float64, for every one of `ids: (...)`.

    Raises:
        IndexError: an id outside 0 ... V−1.
    """
    arrays = current_arrays()
    unit_vectors = arrays.from_numpy(np.eye(vocabulary_size))
    return arrays.rows(unit_vectors, arrays.asarray(ids))


def cosine_similarity(a: Any, b: Any) -> Any:
    """a·b / (‖a‖ ‖b‖) over the last axis, `(...)`; 0 where a vector is zero."""
    return (_unit(a) * _unit(b)).sum(-1).clip(-1, 1)


def lookup(ids: Any, W: Any) -> Any:
    """Return the rows `(..., D)` of `W: (V, D)` with these `ids: (...)`.

    Raises:
        IndexError: an id outside 0 ... V−1.
    """
    arrays = current_arrays()
    return arrays.rows(arrays.asarray(W), arrays.asarray(ids))


def lookup_gradient(ids: Any, grad: Any, vocabulary_size: int) -> Any:
    """Return the gradient `(V, D)` of the matrix, for `grad: (..., D)` of the rows.

    Raises:
        IndexError: an id outside 0 ... V−1.
    """
    arrays = current_arrays()
    xp, ids, grad = arrays.namespace, arrays.asarray(ids), arrays.asarray(grad)
    shape = vocabulary_size, grad.shape[-1]
    table = {"W": xp.zeros_like(xp.broadcast_to(grad.sum(), shape))}  # in the dtype of grad
    arrays.rows(table["W"], ids)  # refuses ids outside of the table
    arrays.add_rows(table, "W", ids.reshape(-1), grad.reshape(-1, shape[1]))
    return table["W"]


def _unit(vectors: Any) -> Any:
    """Return vectors of length 1 in the same directions, without overflow; 0 stays 0."""
    arrays = current_arrays()
    xp, a = arrays.namespace, arrays.asarray(vectors)
    largest = xp.amax(abs(a), -1)[..., None]
    a = a / xp.where(largest > 0, largest, xp.ones_like(largest))
    length = xp.sqrt((a * a).sum(-1))[..., None]
    return a / xp.where(largest > 0, length, xp.ones_like(length))


def analogy(vectors: Any, a: int, b: int, c: int) -> int:
    """Return the word nearest to v_b − v_a + v_c, without a, b and c."""
    return int(_answers(_unit(vectors), current_arrays().from_numpy(np.array([[a, b, c]])))[0])


def analogy_accuracy(vectors: Any, questions: Any) -> float:
    """Return the share of questions `(Q, 4)` that are answered."""
    questions = current_arrays().asarray(questions)
    answers = _answers(_unit(vectors), questions[:, :3])
    return float((answers == questions[:, 3]).sum()) / len(questions)


def offset_consistency(vectors: Any, pairs: Any) -> float:
    """Return the mean cosine of the differences of pairs `(P, 2)`."""
    unit, (a, b) = _unit(vectors), current_arrays().asarray(pairs).T
    offsets = _unit(unit[b] - unit[a])
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
