"""One-hot vectors, cosine similarity, and rows of a matrix (CS224n lecture 1, 1.5 and 1.6)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array


def one_hot(ids: Array, vocabulary_size: int) -> Array:
    """Return the one-hot vector of each id, `(..., V)` float64.

    Args:
        ids: integers of any shape `(...)`, each in 0 ... V−1.
        vocabulary_size: V ≥ 1.

    Raises: IndexError if an id is outside 0 ... V−1.
    """
    # TODO: rows of the identity matrix; refuse −1, which NumPy reads as the last row
    raise NotImplementedError


def cosine_similarity(a: Array, b: Array) -> Array:
    """Return the cosine of the angle between vectors, `(...)` in [−1, 1]; 0 where one is zero.

    Args:
        a: `(..., D)` floats.
        b: `(..., D)` floats; the other axes broadcast against those of `a`.
    """
    # TODO: divide both by their lengths first, since products of large numbers overflow
    raise NotImplementedError


def lookup(ids: Array, W: Array) -> Array:
    """Return the product of the one-hot vectors of `ids` with W, without making these vectors.

    Args:
        ids: integers of any shape `(...)`, each in 0 ... V−1.
        W: `(V, D)` floats. Not modified.

    Returns: `(..., D)`, a new array of the dtype of W.
    Raises: IndexError if an id is outside 0 ... V−1.
    """
    # TODO: a product with a one-hot vector picks a row
    raise NotImplementedError


def lookup_gradient(ids: Array, grad: Array, vocabulary_size: int) -> Array:
    """Return the gradient of W after `lookup`, `(V, D)` in the dtype of `grad`.

    Args:
        ids: integers of any shape `(...)`, each in 0 ... V−1, as `lookup` got them.
        grad: ∂J/∂y, `(..., D)` floats. Not modified.
    """
    # TODO: np.add.at adds for every place of an id, also for repeated ones
    raise NotImplementedError


def _unit(a: Array) -> Array:
    """Given: scale vectors to length 1 without overflow; a vector of zeros stays 0."""
    largest = np.max(np.abs(a), axis=-1, keepdims=True)
    scaled = a / np.where(largest > 0, largest, 1.0)
    length = np.sqrt(np.sum(scaled**2, axis=-1, keepdims=True))
    return scaled / np.where(largest > 0, length, 1.0)
