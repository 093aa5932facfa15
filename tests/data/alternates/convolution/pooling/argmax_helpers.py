"""Indices of the winners for every layer; warnings are errors."""

import math

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")


def _words(x, mask):
    if x.ndim != 3 or x.shape[1] == 0:
        raise ValueError(f"(N, T, C) with T ≥ 1, not {x.shape}")
    if mask is None:
        return np.ones((*x.shape[:2], 1), bool)
    if mask.shape != x.shape[:2]:
        raise ValueError(f"mask {mask.shape}")
    return mask.astype(bool)[:, :, None]


class MaxOverTime(Model):
    def forward(self, x, mask=None):
        words = _words(x, mask)
        self.shape, self.some = x.shape, words.any(axis=1)
        self.winner = np.where(words, x, -np.inf).argmax(axis=1)[:, None]
        best = np.take_along_axis(x, self.winner, axis=1)[:, 0]
        return np.where(self.some, best, 0).astype(x.dtype)

    def backward(self, grad_output):
        grad_x = np.zeros(self.shape, grad_output.dtype)
        sent = np.where(self.some, grad_output, 0)[:, None]
        np.put_along_axis(grad_x, self.winner, sent, axis=1)
        return grad_x


class AverageOverTime(Model):
    def forward(self, x, mask=None):
        words = _words(x, mask)
        counts = np.maximum(words.sum(axis=1, keepdims=True), 1)
        self.weights = (words / counts).astype(x.dtype)
        return (np.where(words, x, 0) * self.weights).sum(axis=1)

    def backward(self, grad_output):
        return grad_output[:, None] * self.weights


class LocalMaxPool(Model):
    def __init__(self, size, stride):
        super().__init__()
        if stride < 1 or stride > size:
            raise ValueError("1 ≤ stride ≤ size")
        self.size, self.stride = size, stride

    def output_length(self, length):
        return max(math.ceil((length - self.size) / self.stride), 0) + 1

    def forward(self, x, mask=None):
        words = _words(x, mask)
        pools, results = [], []
        for i in range(self.output_length(x.shape[1])):
            window = slice(i * self.stride, i * self.stride + self.size)
            pool = MaxOverTime()
            results.append(pool.forward(x[:, window], words[:, window, 0]))
            pools.append((window, pool))
        self.pools, self.shape = pools, x.shape
        return np.stack(results, axis=1)

    def backward(self, grad_output):
        grad_x = np.zeros(self.shape, grad_output.dtype)
        for i, (window, pool) in enumerate(self.pools):
            grad_x[:, window] += pool.backward(grad_output[:, i])
        return grad_x


class KMaxPool(Model):
    def __init__(self, k):
        super().__init__()
        if k < 1:
            raise ValueError(f"k is {k}")
        self.k = k

    def forward(self, x, mask=None):
        words = np.broadcast_to(_words(x, mask), x.shape)
        N, T, C = self.shape = x.shape
        y = np.zeros((N, self.k, C), x.dtype)
        self.winners = {}
        for n in range(N):
            for c in range(C):
                places = [t for t in range(T) if words[n, t, c]]
                best = sorted(places, key=lambda t: (-x[n, t, c], t))[: self.k]
                self.winners[n, c] = sorted(best)
                y[n, : len(best), c] = x[n, sorted(best), c]
        return y

    def backward(self, grad_output):
        grad_x = np.zeros(self.shape, grad_output.dtype)
        for (n, c), places in self.winners.items():
            grad_x[n, places, c] = grad_output[n, : len(places), c]
        return grad_x
