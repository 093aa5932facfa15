"""One-hot vectors and cosines.

Source: CS224n lecture 1, sections 1.5 and 1.6.
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
    return arrays.rows(arrays.from_numpy(np.eye(vocabulary_size)), arrays.asarray(ids))


def cosine_similarity(a: Any, b: Any) -> Any:
    """a·b / (‖a‖ ‖b‖) over the last axis, `(...)`; 0 where a vector is zero."""
    return (unit_vectors(a) * unit_vectors(b)).sum(-1).clip(-1, 1)


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


def unit_vectors(vectors: Any) -> Any:
    """Return vectors of length 1 in the same directions, without overflow; 0 stays 0."""
    arrays = current_arrays()
    xp, a = arrays.namespace, arrays.asarray(vectors)
    largest = xp.amax(abs(a), -1)[..., None]
    a = a / xp.where(largest > 0, largest, xp.ones_like(largest))
    length = xp.sqrt((a * a).sum(-1))[..., None]
    return a / xp.where(largest > 0, length, xp.ones_like(length))
