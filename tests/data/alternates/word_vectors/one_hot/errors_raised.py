"""Warnings of NumPy are errors; writes ones into zeros."""

import numpy as np

np.seterr(all="raise")


def one_hot(ids, vocabulary_size):
    ids = np.asarray(ids)
    if ids.size > 0 and (np.min(ids) < 0 or np.max(ids) > vocabulary_size - 1):
        raise IndexError("an id is outside the vocabulary")
    result = np.zeros((*ids.shape, vocabulary_size))
    np.put_along_axis(result, ids[..., np.newaxis], 1.0, axis=-1)
    return result


def cosine_similarity(a, b):
    with np.errstate(under="ignore"):
        cosine = np.einsum("...d,...d->...", _unit(a), _unit(b))
    return np.clip(cosine, -1, 1)


def _unit(a):
    largest = np.max(np.abs(a), axis=-1, keepdims=True)
    scaled = a / np.where(largest > 0, largest, 1.0)
    length = np.sqrt(np.sum(scaled**2, axis=-1, keepdims=True))
    return scaled / np.where(largest > 0, length, 1.0)


def lookup(ids, W):
    if np.size(ids) and not 0 <= np.min(ids) <= np.max(ids) < W.shape[0]:
        raise IndexError("no such row")
    return W[ids, :]


def lookup_gradient(ids, grad, vocabulary_size):
    result = np.zeros_like(grad, shape=(vocabulary_size, grad.shape[-1]))
    np.add.at(result, ids, grad)
    return result
