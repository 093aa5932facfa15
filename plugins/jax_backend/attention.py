"""Attention, on JAX arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from framework.models.differentiated import DifferentiatedModel
from plugins.jax_backend.layers import check


def masked_softmax(scores: Any, mask: Any = None) -> Any:
    """Return the softmax over the last axis of `scores` `(..., K)`; 0 at masked keys."""
    if mask is None:
        return _weights(scores, jnp.ones(scores.shape, bool))
    try:
        keys = jnp.broadcast_to(mask, scores.shape).astype(bool)
    except ValueError:
        message = f"mask should broadcast to {scores.shape}, but has {mask.shape}"
        raise ValueError(message) from None
    return _weights(scores, keys)


def _weights(scores: Any, keys: Any) -> Any:
    masked = jnp.where(keys, scores, -jnp.inf)
    highest = masked.max(-1, keepdims=True)
    shifted = masked - jnp.where(jnp.isneginf(highest), 0, highest)
    e = jnp.exp(jnp.where(keys, shifted, 0)) * keys
    return e / jnp.where(keys.any(-1, keepdims=True), e.sum(-1, keepdims=True), 1)


class _Attention(DifferentiatedModel):
    """Means `(N, Q, E)` of the values `(N, K, E)`, weighted by scores of queries and keys."""

    query_size: int
    key_size: int

    def forward(self, queries: Any, keys: Any, values: Any, mask: Any = None) -> Any:
        shapes = f"queries {queries.shape}, keys {keys.shape}, values {values.shape}"
        check(queries.ndim == keys.ndim == values.ndim == 3, f"{shapes} have not 3 axes each")
        (N, Q, _), K = queries.shape, keys.shape[1]
        check(K > 0 and keys.shape[0] == N and values.shape[:2] == (N, K), f"{shapes} do not fit")
        self._check(queries, keys)
        found = jnp.ones((N, K), bool) if mask is None else mask.astype(bool)
        check(found.shape in ((N, K), (N, Q, K)), f"mask {found.shape} is not {(N, Q, K)}")
        found = found[:, None] if found.ndim == 2 else found
        y, self.weights = super().forward(queries, keys, values, found)
        return y

    def backward(self, grad_output: Any) -> Any:
        return super().backward(grad_output)[:3]

    def scores(self, queries: Any, keys: Any) -> Any:
        self._check(queries, keys)
        return self._scores(self.parameters, queries, keys)

    def compute(self, p: Mapping[str, Any], queries: Any, keys: Any, values: Any, mask: Any) -> Any:
        scores = self._scores(p, queries, keys)
        weights = _weights(scores, jnp.broadcast_to(mask, scores.shape))
        return weights @ values, weights

    def _check(self, queries: Any, keys: Any) -> None:
        sizes = queries.shape[-1], keys.shape[-1]
        check(sizes == (self.query_size, self.key_size), f"queries and keys have {sizes} features")

    def _scores(self, p: Mapping[str, Any], queries: Any, keys: Any) -> Any:
        raise NotImplementedError


class DotProductAttention(_Attention):
    """Attention with the scores q·k / √D, or q·k."""

    def __init__(self, *, scaled: bool = True) -> None:
        super().__init__()
        self.scaled = scaled

    def _check(self, queries: Any, keys: Any) -> None:
        sizes = queries.shape[-1], keys.shape[-1]
        check(sizes[0] == sizes[1], f"queries and keys have {sizes} features")

    def _scores(self, p: Mapping[str, Any], queries: Any, keys: Any) -> Any:
        return queries @ keys.mT * (queries.shape[-1] ** -0.5 if self.scaled else 1.0)


class BilinearAttention(_Attention):
    """Attention with the scores qᵀ W k."""

    def __init__(self, query_size: int, key_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.query_size, self.key_size = query_size, key_size
        scale = (query_size * key_size) ** -0.5
        self.add_parameter("W", rng.normal(scale=scale, size=(query_size, key_size)))

    def _scores(self, p: Mapping[str, Any], queries: Any, keys: Any) -> Any:
        return queries @ p["W"] @ keys.mT


class AdditiveAttention(_Attention):
    """Attention with the scores vᵀ tanh(q W_q + k W_k)."""

    def __init__(
        self, query_size: int, key_size: int, hidden_size: int, *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        self.query_size, self.key_size, H = query_size, key_size, hidden_size
        self.add_parameter("W_q", rng.normal(scale=query_size**-0.5, size=(query_size, H)))
        self.add_parameter("W_k", rng.normal(scale=key_size**-0.5, size=(key_size, H)))
        self.add_parameter("v", rng.normal(scale=H**-0.5, size=H))

    def _scores(self, p: Mapping[str, Any], queries: Any, keys: Any) -> Any:
        from_queries, from_keys = queries @ p["W_q"], keys @ p["W_k"]
        return jnp.tanh(from_queries[:, :, None] + from_keys[:, None]) @ p["v"]
