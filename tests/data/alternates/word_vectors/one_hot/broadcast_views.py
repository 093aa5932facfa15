"""Python 3.11's syntax and views without memory of their own."""

import numpy as np


def one_hot(ids, vocabulary_size):
    match ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        case True | np.True_:
            raise IndexError("id")
    words = np.broadcast_to(np.arange(vocabulary_size), (*ids.shape, vocabulary_size))
    return (words == ids[..., np.newaxis]) * 1.0


def cosine_similarity(a, b):
    def unit(v):
        exponent = np.frexp(np.abs(v).max(axis=-1, keepdims=True))[1]
        v = np.ldexp(v, -exponent)
        length = np.sqrt((v * v).sum(axis=-1, keepdims=True))
        return np.divide(v, length, out=np.zeros_like(v), where=length > 0)

    return (unit(a) * unit(b)).sum(axis=-1).clip(-1, 1)


def lookup(ids, W):
    if np.any((np.asarray(ids) < 0) | (np.asarray(ids) >= len(W))):
        raise IndexError("ids out of range")
    return np.take(W, ids, axis=0)


def lookup_gradient(ids, grad, vocabulary_size):
    total = np.zeros((vocabulary_size, grad.shape[-1]), dtype=grad.dtype)
    np.add.at(total, np.ravel(ids), grad.reshape(-1, grad.shape[-1]))
    return total
