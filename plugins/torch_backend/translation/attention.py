"""Attention on torch tensors, by `scaled_dot_product_attention` where scores are dot products.

Source: Bahdanau, Cho and Bengio, "Neural Machine Translation by Jointly Learning to Align and
Translate" (2015); Luong, Pham and Manning, "Effective Approaches to Attention-based Neural Machine
Translation" (2015); Vaswani et al., "Attention Is All You Need" (2017).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.models.differentiated import DifferentiatedModel
from plugins.torch_backend.arrays import to_tensor


@torch.no_grad()
def masked_softmax(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return the softmax over the last axis of `scores` `(..., K)`; 0 at masked keys.

    Raises:
        ValueError: `mask` does not broadcast to the shape of `scores`.
    """
    if mask is None:
        return functional.softmax(scores, dim=-1)
    try:
        keys = mask.bool().expand(scores.shape)
    except RuntimeError:
        shapes = f"{tuple(scores.shape)}, but has {tuple(mask.shape)}"
        raise ValueError(f"mask should broadcast to {shapes}") from None
    weights = functional.softmax(scores.masked_fill(~keys, -torch.inf), dim=-1)
    return weights.masked_fill(~keys, 0)  # a row without any key is NaN before


def fused_attention(
    queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None, **options: Any
) -> Tensor:
    """Return the means of the values `(..., Q, E)` for scores q·k times a scale, by the kernel.

    The kernel has no answer for a query without any key: it gets all keys, then zeros.

    Args:
        queries, keys, values: `(..., Q, D)`, `(..., K, D)` and `(..., K, E)`.
        mask: bool, `(..., Q, K)` or a shape that broadcasts to it, or None.
        options: other arguments of the kernel, such as `scale`.
    """
    kernel = functional.scaled_dot_product_attention
    if mask is None:
        return kernel(queries, keys, values, **options)
    some = mask.any(dim=-1, keepdim=True)
    means = kernel(queries, keys, values, attn_mask=mask | ~some, **options)
    return means.masked_fill(~some, 0)


class _Attention(DifferentiatedModel):
    """The base of all models: means `(N, Q, E)` of the values `(N, K, E)`."""

    def forward(self, *inputs: Any) -> Tensor:
        """Return the mean of `values` for each of `queries`; `mask` is `(N, K)` or `(N, Q, K)`.

        Args:
            inputs: queries, keys, values and, optionally, the mask.

        Raises:
            ValueError: the shapes do not fit.
        """
        queries, keys, values = map(to_tensor, inputs[:3])
        check_shapes(queries, keys, values)
        self._mask = _checked_mask(queries, keys, *inputs[3:])
        self._check_features(queries, keys)
        self._last = queries, keys
        return torch.as_tensor(super().forward(queries, keys, values))

    @property
    def weights(self) -> Tensor:
        """α `(N, Q, K)` of the last `forward`, computed when it is read: the kernel keeps none."""
        return masked_softmax(self.scores(*self._last), self._mask)

    @torch.no_grad()
    def scores(self, queries: Tensor, keys: Tensor) -> Tensor:
        """Return the scores `(N, Q, K)` of queries and keys.

        Raises:
            ValueError: the sizes of queries and keys do not fit.
        """
        self._check_features(queries, keys)
        return self._scores(self.parameters, queries, keys)

    def _check_features(self, queries: Tensor, keys: Tensor) -> None:
        """Refuse queries and keys of other sizes."""
        raise NotImplementedError

    def _scores(self, parameters: Mapping[str, Tensor], queries: Tensor, keys: Tensor) -> Tensor:
        """Return the scores, by differentiable operations."""
        raise NotImplementedError


class DotProductAttention(_Attention):
    """Attention with the scores q·k / √D, or q·k."""

    def __init__(self, *, scaled: bool = True) -> None:
        super().__init__()
        self.scaled = scaled

    def _check_features(self, queries: Tensor, keys: Tensor) -> None:
        _check_size("keys", keys, queries.shape[-1])

    def _scale(self, queries: Tensor) -> float:
        return float(queries.shape[-1] ** -0.5) if self.scaled else 1.0

    def _scores(self, parameters: Mapping[str, Tensor], queries: Tensor, keys: Tensor) -> Tensor:
        return queries @ keys.mT * self._scale(queries)

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return what the kernel computes."""
        queries, keys, values = inputs
        return fused_attention(queries, keys, values, self._mask, scale=self._scale(queries))


class _SizedAttention(_Attention):
    """The base of models with matrices for queries of size D and for keys of size D'."""

    def __init__(self, query_size: int, key_size: int) -> None:
        super().__init__()
        self.query_size, self.key_size = query_size, key_size

    def _check_features(self, queries: Tensor, keys: Tensor) -> None:
        _check_size("queries", queries, self.query_size)
        _check_size("keys", keys, self.key_size)


class BilinearAttention(_SizedAttention):
    """Attention with the scores qᵀ W k."""

    def __init__(self, query_size: int, key_size: int, *, rng: np.random.Generator) -> None:
        super().__init__(query_size, key_size)
        scale = (query_size * key_size) ** -0.5
        self.add_parameter("W", rng.normal(scale=scale, size=(query_size, key_size)))

    def _scores(self, parameters: Mapping[str, Tensor], queries: Tensor, keys: Tensor) -> Tensor:
        return queries @ parameters["W"] @ keys.mT

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return what the kernel computes for the queries qᵀ W."""
        queries, keys, values = inputs
        return fused_attention(queries @ parameters["W"], keys, values, self._mask, scale=1.0)


class AdditiveAttention(_SizedAttention):
    """Attention with the scores vᵀ tanh(q W_q + k W_k); there is no kernel for it."""

    def __init__(
        self, query_size: int, key_size: int, hidden_size: int, *, rng: np.random.Generator
    ) -> None:
        super().__init__(query_size, key_size)
        H = hidden_size
        self.add_parameter("W_q", rng.normal(scale=query_size**-0.5, size=(query_size, H)))
        self.add_parameter("W_k", rng.normal(scale=key_size**-0.5, size=(key_size, H)))
        self.add_parameter("v", rng.normal(scale=H**-0.5, size=H))

    def _scores(self, parameters: Mapping[str, Tensor], queries: Tensor, keys: Tensor) -> Tensor:
        from_queries, from_keys = queries @ parameters["W_q"], keys @ parameters["W_k"]
        return torch.tanh(from_queries[:, :, None] + from_keys[:, None]) @ parameters["v"]

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return the means of the values, with −∞ as the score of masked keys."""
        queries, keys, values = inputs
        scores = self._scores(parameters, queries, keys)
        if self._mask is None:
            return functional.softmax(scores, dim=-1) @ values
        some = self._mask.any(dim=-1, keepdim=True)
        masked = scores.masked_fill(~(self._mask | ~some), -torch.inf)
        return (functional.softmax(masked, dim=-1) @ values).masked_fill(~some, 0)


def check_shapes(queries: Tensor, keys: Tensor, values: Tensor, *, is_dot: bool = False) -> None:
    """Refuse shapes that do not fit; with `is_dot`, queries and keys have one size."""
    shapes = [tuple(array.shape) for array in (queries, keys, values)]
    fits = all(len(shape) == 3 for shape in shapes) and keys.shape[1] > 0
    fits = fits and keys.shape[0] == queries.shape[0] and keys.shape[:2] == values.shape[:2]
    if not fits or (is_dot and keys.shape[2] != queries.shape[2]):
        key_size = "D" if is_dot else "D'"
        raise ValueError(
            f"queries, keys and values should be (N, Q, D), (N, K, {key_size}) and (N, K, E) with "
            f"K ≥ 1, but are {shapes[0]}, {shapes[1]} and {shapes[2]}"
        )


def _checked_mask(queries: Tensor, keys: Tensor, mask: Any = None) -> Tensor | None:
    """Return `mask` as booleans `(N, 1, K)` or `(N, Q, K)`; refuse another shape."""
    if mask is None:
        return None
    is_seen, (N, Q, _), K = to_tensor(mask).bool(), queries.shape, keys.shape[1]
    if tuple(is_seen.shape) not in ((N, K), (N, Q, K)):
        raise ValueError(
            f"mask should have {(N, K)} or {(N, Q, K)}, but has {tuple(is_seen.shape)}"
        )
    return is_seen[:, None] if is_seen.ndim == 2 else is_seen


def _check_size(name: str, array: Tensor, size: int) -> None:
    """Refuse an array whose last axis has another size."""
    if array.shape[-1] != size:
        raise ValueError(f"{name} should have {size} features, but have {array.shape[-1]}")
