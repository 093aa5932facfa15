"""Scores are parts of a model, and layers of the same kind: warnings are errors."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")


def masked_softmax(scores, mask=None):
    if mask is not None:
        mask = mask.astype(bool)
        if np.broadcast_shapes(mask.shape, scores.shape) != scores.shape:
            raise ValueError(f"{mask.shape} for {scores.shape}")
    else:
        mask = np.True_
    least = scores.dtype.type(-np.inf)
    shifted = np.where(mask, scores, least)
    empty = ~np.isfinite(shifted).any(axis=-1, keepdims=True)
    shifted = np.where(empty, scores, shifted)
    weights = np.exp(shifted - shifted.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    weights *= ~empty
    return weights


class Softmax:
    """The weights and their gradient."""

    def forward(self, scores, mask):
        self.a = masked_softmax(scores, mask)
        return self.a

    def backward(self, grad):
        return self.a * grad - self.a * np.sum(self.a * grad, -1, keepdims=True)


class Dot:
    """q·k for matrices."""

    def forward(self, q, k):
        self.q, self.k = q.copy(), k.copy()
        return np.matmul(q, np.moveaxis(k, 1, 2))

    def backward(self, grad):
        return np.matmul(grad, self.k), np.matmul(np.moveaxis(grad, 1, 2), self.q)


class Base(Model):
    def forward(self, queries, keys, values, mask=None):
        for array in (queries, keys, values):
            if array.ndim != 3:
                raise ValueError("(N, T, D)")
        if not (keys.shape[1] and keys.shape[:2] == values.shape[:2] and len(keys) == len(queries)):
            raise ValueError("N or K")
        if mask is not None:
            if mask.shape == keys.shape[:2]:
                mask = mask.reshape(len(keys), 1, -1)
            elif mask.shape != (len(queries), queries.shape[1], keys.shape[1]):
                raise ValueError("mask")
        self.softmax = Softmax()
        self.v, a = values.copy(), self.softmax.forward(self.scores(queries, keys), mask)
        self.weights = a.copy()
        return np.matmul(a, values)

    def backward(self, grad_output):
        grad = self.softmax.backward(np.matmul(grad_output, np.moveaxis(self.v, 1, 2)))
        return *self.back(grad), np.matmul(np.moveaxis(self.softmax.a, 1, 2), grad_output)


class DotProductAttention(Base):
    def __init__(self, scaled=True):
        super().__init__()
        self.scaled = scaled

    def scores(self, queries, keys):
        self.root = np.sqrt(queries.dtype.type(queries.shape[-1])) if self.scaled else 1
        self.dot = Dot()
        return self.dot.forward(queries, keys) / self.root

    def back(self, grad):
        return self.dot.backward(grad / self.root)


class BilinearAttention(Base):
    def __init__(self, query_size, key_size, *, rng):
        super().__init__()
        self.add_parameter("W", rng.uniform(-1, 1, size=(query_size, key_size)))

    def scores(self, queries, keys):
        # The keys are multiplied by W, instead of the queries.
        self.dot, self.keys = Dot(), keys.copy()
        return self.dot.forward(queries, keys @ self.parameters["W"].T)

    def back(self, grad):
        of_queries, of_projected = self.dot.backward(grad)
        for of_text, text in zip(of_projected, self.keys, strict=True):
            self.gradients["W"] += of_text.T @ text
        return of_queries, of_projected @ self.parameters["W"]


class AdditiveAttention(Base):
    def __init__(self, query_size, key_size, hidden_size, *, rng):
        super().__init__()
        self.add_parameter("W_q", rng.uniform(-1, 1, size=(query_size, hidden_size)))
        self.add_parameter("W_k", rng.uniform(-1, 1, size=(key_size, hidden_size)))
        self.add_parameter("v", rng.uniform(-1, 1, size=hidden_size))

    def scores(self, queries, keys):
        self.inputs = queries.copy(), keys.copy()
        W_q, W_k = self.parameters["W_q"], self.parameters["W_k"]
        self.h = np.tanh((queries @ W_q)[:, :, np.newaxis, :] + (keys @ W_k)[:, np.newaxis, :, :])
        return (self.h * self.parameters["v"]).sum(-1)

    def back(self, grad):
        grad = grad[..., np.newaxis]
        self.gradients["v"] += (grad * self.h).sum(axis=(0, 1, 2))
        grad_a = grad * (self.parameters["v"] - self.parameters["v"] * self.h**2)
        found = []
        for name, x, axis in zip(("W_q", "W_k"), self.inputs, (2, 1), strict=True):
            of_rows = grad_a.sum(axis=axis).reshape(-1, grad_a.shape[-1])
            self.gradients[name] += x.reshape(-1, x.shape[-1]).T @ of_rows
            found.append((of_rows @ self.parameters[name].T).reshape(x.shape))
        return tuple(found)
