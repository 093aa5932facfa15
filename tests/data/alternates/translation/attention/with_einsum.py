"""Every product is an einsum, and the softmax is taken over the keys that are there alone."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


def masked_softmax(scores: Array, mask: Array | None = None) -> Array:
    """Return the weights: exponentials where the mask allows them, divided by their sum."""
    mask = np.broadcast_to(np.True_ if mask is None else mask, scores.shape)
    top = np.max(
        scores,
        axis=-1,
        keepdims=True,
        where=mask,
        initial=-1e300 if scores.dtype == float else -1e38,
    )
    e = np.exp(scores - top, where=mask, out=np.zeros_like(scores))
    total = e.sum(axis=-1, keepdims=True)
    return np.divide(e, total, out=np.zeros_like(e), where=total > 0)


class Attention(Model):
    """What all three share."""

    def forward(
        self, queries: Array, keys: Array, values: Array, mask: Array | None = None
    ) -> Array:
        """Return the means."""
        if not queries.ndim == keys.ndim == values.ndim == 3 or not keys.shape[1]:
            raise ValueError("axes")
        if len(queries) != len(keys) or keys.shape[:2] != values.shape[:2]:
            raise ValueError("sizes")
        full = (*queries.shape[:2], keys.shape[1])
        if mask is not None and mask.shape not in (full, keys.shape[:2]):
            raise ValueError("mask")
        if mask is not None and mask.ndim == 2:
            mask = np.repeat(mask[:, None], queries.shape[1], axis=1)
        self.weights = masked_softmax(self.scores(queries, keys), mask)
        self.values = np.array(values)
        return np.einsum("nqk,nke->nqe", self.weights, values)

    def backward(self, grad_output: Array) -> tuple[Array, Array, Array]:
        """Return the gradients, by the Jacobian of the softmax."""
        eye = np.eye(self.weights.shape[-1], dtype=self.weights.dtype)
        jacobian = np.einsum("nqi,ij->nqij", self.weights, eye)
        jacobian -= np.einsum("nqi,nqj->nqij", self.weights, self.weights)
        grad_weights = np.einsum("nqe,nke->nqk", grad_output, self.values)
        grad_scores = np.einsum("nqij,nqj->nqi", jacobian, grad_weights)
        of_values = np.einsum("nqk,nqe->nke", self.weights, grad_output)
        return (*self.of_scores(grad_scores), of_values)


class DotProductAttention(Attention):
    """Scores q·k."""

    def __init__(self, *, scaled: bool = True) -> None:
        super().__init__()
        self.scaled = scaled

    def scores(self, queries: Array, keys: Array) -> Array:
        """Return the scores."""
        if queries.shape[2] != keys.shape[2]:
            raise ValueError("features")
        self.q, self.k = np.array(queries), np.array(keys)
        self.factor = 1 / np.sqrt(queries.shape[2]).item() if self.scaled else 1.0
        return np.einsum("nqd,nkd->nqk", queries, keys) * self.factor

    def of_scores(self, grad: Array) -> tuple[Array, Array]:
        """Return the gradients of queries and keys."""
        of_q = np.einsum("nqk,nkd->nqd", grad, self.k) * self.factor
        return of_q, np.einsum("nqk,nqd->nkd", grad, self.q) * self.factor


class BilinearAttention(Attention):
    """Scores q W k."""

    def __init__(self, query_size: int, key_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.add_parameter("W", rng.normal(size=(query_size, key_size)) / 3)

    def scores(self, queries: Array, keys: Array) -> Array:
        """Return the scores."""
        self.q, self.k, W = np.array(queries), np.array(keys), self.parameters["W"]
        if (queries.shape[2], keys.shape[2]) != W.shape:  # einsum broadcasts an axis of length 1
            raise ValueError("features")
        return np.einsum("nqd,de,nke->nqk", queries, W, keys)

    def of_scores(self, grad: Array) -> tuple[Array, Array]:
        """Return the gradients of queries and keys."""
        W = self.parameters["W"]
        self.gradients["W"] += np.einsum("nqk,nqd,nke->de", grad, self.q, self.k)
        of_q = np.einsum("nqk,de,nke->nqd", grad, W, self.k)
        return of_q, np.einsum("nqk,nqd,de->nke", grad, self.q, W)


class AdditiveAttention(Attention):
    """Scores v tanh(q W_q + k W_k)."""

    def __init__(
        self, query_size: int, key_size: int, hidden_size: int, *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        self.add_parameter("W_q", rng.normal(size=(query_size, hidden_size)) / 3)
        self.add_parameter("W_k", rng.normal(size=(key_size, hidden_size)) / 3)
        self.add_parameter("v", rng.normal(size=hidden_size) / 3)

    def scores(self, queries: Array, keys: Array) -> Array:
        """Return the scores."""
        self.q, self.k = np.array(queries), np.array(keys)
        a = np.expand_dims(queries @ self.parameters["W_q"], 2)
        self.tanh = np.tanh(a + np.expand_dims(keys @ self.parameters["W_k"], 1))
        return np.einsum("nqkh,h->nqk", self.tanh, self.parameters["v"])

    def of_scores(self, grad: Array) -> tuple[Array, Array]:
        """Return the gradients of queries and keys."""
        p, g = self.parameters, self.gradients
        g["v"] += np.einsum("nqk,nqkh->h", grad, self.tanh)
        of_a = np.einsum("nqk,h,nqkh->nqkh", grad, p["v"], 1 - np.square(self.tanh))
        g["W_q"] += np.einsum("nqd,nqkh->dh", self.q, of_a)
        g["W_k"] += np.einsum("nkd,nqkh->dh", self.k, of_a)
        of_q = np.einsum("nqkh,dh->nqd", of_a, p["W_q"])
        return of_q, np.einsum("nqkh,dh->nkd", of_a, p["W_k"])
