"""Comparison with all words, in Fortran order; math.hypot for lengths."""

import math

import numpy as np

print("one-hot vectors")


def _length(vector):
    return math.hypot(*vector)


def one_hot(ids, vocabulary_size):
    if ((ids < 0) | (ids >= vocabulary_size)).any():
        raise IndexError(f"ids lie in 0 ... {vocabulary_size - 1}")
    return np.asarray(ids[..., None] == np.arange(vocabulary_size), dtype=float, order="F")


def cosine_similarity(a, b):
    a, b = np.broadcast_arrays(a, b)
    result = np.zeros(a.shape[:-1], np.result_type(a, b), order="F")
    for index in np.ndindex(a.shape[:-1]):
        largest_a, largest_b = np.abs(a[index]).max(), np.abs(b[index]).max()
        if largest_a == 0 or largest_b == 0:
            continue
        u, v = a[index] / largest_a, b[index] / largest_b
        product = sum(p * q for p, q in zip(u, v, strict=True)) / (_length(u) * _length(v))
        result[index] = min(max(product, -1), 1)
    return result


def lookup(ids, W):
    if np.any((np.asarray(ids) < 0) | (np.asarray(ids) >= len(W))):
        raise IndexError("ids out of range")
    return np.asfortranarray(W)[ids]


def lookup_gradient(ids, grad, vocabulary_size):
    total = np.zeros((vocabulary_size, grad.shape[-1]), grad.dtype, order="F")
    for column in range(grad.shape[-1]):
        np.add.at(total[:, column], ids, grad[..., column])
    return total


if __name__ == "__main__":
    assert cosine_similarity(np.array([3.0, 4.0]), np.array([1.0, 0.0])) == 0.6
