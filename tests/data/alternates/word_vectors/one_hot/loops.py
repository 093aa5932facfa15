"""Entry by entry."""

import math

import numpy as np


def one_hot(ids, vocabulary_size):
    vectors = np.zeros((*ids.shape, vocabulary_size))
    for place, i in np.ndenumerate(ids):
        if not 0 <= i < vocabulary_size:
            raise IndexError(f"{i} is no word")
        vectors[place][int(i)] = 1.0
    return vectors


def cosine_similarity(a, b):
    a, b = np.broadcast_arrays(a, b)
    found = np.empty(a.shape[:-1], a.dtype)
    for place in np.ndindex(found.shape):
        found[place] = cosine([float(x) for x in a[place]], [float(x) for x in b[place]])
    return found


def cosine(a, b):
    length_a, length_b = math.hypot(*a), math.hypot(*b)
    if length_a == 0 or length_b == 0:
        return 0.0
    total = math.fsum(x / length_a * (y / length_b) for x, y in zip(a, b, strict=True))
    return min(max(total, -1.0), 1.0)


def lookup(ids, W):
    rows = []
    for i in np.ravel(ids):
        if not 0 <= i < len(W):
            raise IndexError(i)
        rows.append(W[i])
    return np.array(rows, W.dtype).reshape((*np.shape(ids), W.shape[1]))


def lookup_gradient(ids, grad, vocabulary_size):
    total = np.zeros((vocabulary_size, grad.shape[-1]), grad.dtype)
    for i, row in zip(np.ravel(ids), grad.reshape(-1, grad.shape[-1]), strict=True):
        total[i] += row
    return total
