"""Ids compared with all places; cosines by einsum."""

import numpy as np


def one_hot(ids, vocabulary_size):
    ids = np.asarray(ids)
    if ids.size and not (ids.min() >= 0 and ids.max() < vocabulary_size):
        raise IndexError("an id that is no word")
    return np.where(ids[..., None] == np.arange(vocabulary_size), 1.0, 0.0)


def cosine_similarity(a, b):
    a, b = (v / np.maximum(np.abs(v).max(axis=-1, keepdims=True), tiny(v)) for v in (a, b))
    lengths = np.sqrt(np.einsum("...d,...d", a, a) * np.einsum("...d,...d", b, b))
    lengths = np.where(lengths == 0, lengths.dtype.type(1), lengths)
    return np.maximum(np.minimum(np.einsum("...d,...d", a, b) / lengths, 1), -1)


def tiny(v):
    return np.finfo(v.dtype).tiny


def lookup(ids, W):
    if np.any((np.asarray(ids) < 0) | (np.asarray(ids) >= len(W))):
        raise IndexError("ids out of range")
    return W[np.asarray(ids)].copy()


def lookup_gradient(ids, grad, vocabulary_size):
    D = grad.shape[-1]
    order = np.argsort(np.ravel(ids), kind="stable")
    words, rows = np.ravel(ids)[order], grad.reshape(-1, D)[order]
    total = np.zeros((vocabulary_size, D), grad.dtype)
    if len(words):
        starts = np.flatnonzero(np.diff(words, prepend=-1))
        total[words[starts]] = np.add.reduceat(rows, starts, axis=0)
    return total
