"""Rows of the identity; type-annotated, with a matrix product over the last axis."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
TINY: Final = 0.0


def _all_in(ids: npt.NDArray[np.integer], size: int) -> bool:
    return all(0 <= int(i) < size for i in ids.ravel())


def one_hot(ids: npt.NDArray[np.integer], vocabulary_size: int) -> Floats:
    if not _all_in(ids, vocabulary_size):
        raise IndexError(ids)
    identity: Floats = np.identity(vocabulary_size)
    return identity.take(ids, axis=0)


def _direction(v: Floats) -> Floats:
    largest = np.linalg.norm(v, ord=np.inf, axis=-1, keepdims=True)
    safe = np.where(largest == TINY, 1, largest)
    v = v / safe
    norm = np.linalg.norm(v, axis=-1, keepdims=True)
    return v / np.where(norm == TINY, 1, norm)


def cosine_similarity(a: Floats, b: Floats) -> Floats:
    product = _direction(a)[..., None, :] @ _direction(b)[..., :, None]
    return np.clip(product[..., 0, 0], -1.0, 1.0)


def lookup(ids: npt.NDArray[np.integer], W: Floats) -> Floats:
    if not _all_in(ids, len(W)):
        raise IndexError("a word that is none")
    return W[ids]


def lookup_gradient(ids: npt.NDArray[np.integer], grad: Floats, vocabulary_size: int) -> Floats:
    words, place = np.unique(ids, return_inverse=True)
    sums = np.zeros((len(words), grad.shape[-1]), grad.dtype)
    np.add.at(sums, place.reshape(np.shape(ids)), grad)
    total = np.zeros((vocabulary_size, grad.shape[-1]), grad.dtype)
    total[words] = sums
    return total
