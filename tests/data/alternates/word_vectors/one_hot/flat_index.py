"""One flat index for all ones; lengths by np.hypot."""

import numpy as np


def one_hot(ids, vocabulary_size):
    if not np.all(np.isin(ids, np.arange(vocabulary_size))):
        raise IndexError("an id has no place")
    flat = np.zeros(ids.size * vocabulary_size)
    flat[np.arange(ids.size) * vocabulary_size + ids.ravel()] = 1
    return flat.reshape(*ids.shape, vocabulary_size)


def _length(v):
    return np.hypot.reduce(v, axis=-1)


def cosine_similarity(a, b):
    la, lb = _length(a), _length(b)
    ones = np.ones((), a.dtype)
    u = a / np.where(la == 0, ones, la)[..., None]
    v = b / np.where(lb == 0, ones, lb)[..., None]
    return np.minimum(np.maximum((u * v).sum(axis=-1), -1), 1)


def lookup(ids, W):
    if np.any((np.asarray(ids) < 0) | (np.asarray(ids) >= len(W))):
        raise IndexError("ids out of range")
    flat = np.ravel(ids)
    return W[flat].reshape((*np.shape(ids), W.shape[1]))


def lookup_gradient(ids, grad, vocabulary_size):
    D = grad.shape[-1]
    places = np.ravel(ids)[:, None] * D + np.arange(D)
    flat = np.bincount(places.ravel(), grad.ravel(), minlength=vocabulary_size * D)
    return flat.reshape(vocabulary_size, D).astype(grad.dtype)
