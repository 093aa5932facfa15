"""One query at a time, over a list of the keys that are there."""

import numpy as np

from framework.interfaces import Model


def masked_softmax(scores, mask=None):
    mask = np.broadcast_to(True if mask is None else mask, scores.shape)
    weights = np.zeros_like(scores)
    for row in np.ndindex(scores.shape[:-1]):
        there = np.flatnonzero(mask[row])
        if len(there):
            e = np.exp(scores[row][there] - scores[row][there].max())
            weights[row][there] = e / e.sum()
    return weights


class Lookup(Model):
    def forward(self, queries, keys, values, mask=None):
        if {queries.ndim, keys.ndim, values.ndim} != {3}:
            raise ValueError("three axes")
        (N, Q, _), K = queries.shape, keys.shape[1]
        if K < 1 or len(keys) != N or values.shape[:2] != (N, K):
            raise ValueError("sizes")
        if mask is None:
            mask = np.ones((N, Q, K), bool)
        elif mask.shape == (N, K):
            mask = np.stack([mask] * Q, axis=1)
        elif mask.shape != (N, Q, K):
            raise ValueError("mask")
        self.kept = queries, keys, values
        self.weights = masked_softmax(self.scores(queries, keys), mask)
        y = np.zeros((N, Q, values.shape[2]), values.dtype)
        for n in range(N):
            for i in range(Q):
                for j in range(K):
                    y[n, i] += self.weights[n, i, j] * values[n, j]
        return y

    def backward(self, grad_output):
        queries, keys, values = self.kept
        grads = [np.zeros_like(array) for array in self.kept]
        for n in range(len(queries)):
            for i in range(queries.shape[1]):
                alpha = self.weights[n, i]
                slopes = np.array([grad_output[n, i] @ value for value in values[n]])
                grads[2][n] += np.outer(alpha, grad_output[n, i])
                slopes = alpha * (slopes - alpha @ slopes)
                for j, slope in enumerate(slopes):
                    of_query, of_key = self.slopes(queries[n, i], keys[n, j], slope)
                    grads[0][n, i] += of_query
                    grads[1][n, j] += of_key
        return tuple(grads)

    def scores(self, queries, keys):
        self.check(queries.shape[2], keys.shape[2])
        e = np.zeros((len(queries), queries.shape[1], keys.shape[1]), queries.dtype)
        for n, i, j in np.ndindex(e.shape):
            e[n, i, j] = self.score(queries[n, i], keys[n, j])
        return e

    def check(self, D, key_size):
        if (D, key_size) != self.sizes:
            raise ValueError("features")


class DotProductAttention(Lookup):
    def __init__(self, *, scaled=True):
        super().__init__()
        self.power = -0.5 if scaled else 0

    def check(self, D, key_size):
        if key_size != D:
            raise ValueError("features")

    def score(self, q, k):
        return q @ k * len(q) ** self.power

    def slopes(self, q, k, slope):
        slope = slope * len(q) ** self.power
        return slope * k, slope * q


class BilinearAttention(Lookup):
    def __init__(self, query_size, key_size, *, rng):
        super().__init__()
        self.sizes = query_size, key_size
        self.add_parameter("W", rng.normal(size=self.sizes))

    def score(self, q, k):
        return q @ self.parameters["W"] @ k

    def slopes(self, q, k, slope):
        W = self.parameters["W"]
        self.gradients["W"] += slope * np.outer(q, k)
        return slope * (W @ k), slope * (q @ W)


class AdditiveAttention(Lookup):
    def __init__(self, query_size, key_size, hidden_size, *, rng):
        super().__init__()
        self.sizes = query_size, key_size
        for name, size in zip(("W_q", "W_k"), self.sizes, strict=True):
            self.add_parameter(name, rng.normal(size=(size, hidden_size)))
        self.add_parameter("v", rng.normal(size=hidden_size))

    def hidden(self, q, k):
        return np.tanh(q @ self.parameters["W_q"] + k @ self.parameters["W_k"])

    def score(self, q, k):
        return self.parameters["v"] @ self.hidden(q, k)

    def slopes(self, q, k, slope):
        h, p, g = self.hidden(q, k), self.parameters, self.gradients
        of_a = slope * p["v"] * (1 - h * h)
        g["v"] += slope * h
        g["W_q"] += np.outer(q, of_a)
        g["W_k"] += np.outer(k, of_a)
        return p["W_q"] @ of_a, p["W_k"] @ of_a
