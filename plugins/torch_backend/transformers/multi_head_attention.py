"""Self-attention with several heads on torch tensors, by the fused kernel.

Source: Vaswani et al., "Attention Is All You Need" (2017), section 3.2.2; Ainslie et al., "GQA:
Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints" (2023).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from framework.models.differentiated import DifferentiatedModel
from plugins.torch_backend.arrays import current_device, to_tensor
from plugins.torch_backend.translation.attention import fused_attention, masked_softmax

#: Keys and values of the words before, each `(N, G, S, d)`.
Cache = tuple[Tensor, Tensor]


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Return `(N, T, heads · d)` as `(N, heads, T, d)`."""
    N, T, _ = x.shape
    return to_tensor(x).reshape(N, T, heads, -1).transpose(1, 2)


def join_heads(x: Tensor) -> Tensor:
    """Return `(N, heads, T, d)` as `(N, T, heads · d)`."""
    return to_tensor(x).transpose(1, 2).flatten(2)


def causal_mask(length: int, past: int = 0) -> Tensor:
    """Return which of `past` + `length` keys each of `length` queries may read."""
    everything = torch.ones(length, past + length, dtype=torch.bool, device=current_device())
    return everything.tril(past)


def multiplications(
    length: int, features: int, heads: int, key_value_heads: int | None = None
) -> tuple[int, int]:
    """Return the multiplications by W_qkv and W_o, and those of scores and means, for one text."""
    groups = key_value_heads or heads
    of_each_word = 2 * features**2 + 2 * groups * (features // heads) * features
    return length * of_each_word, 2 * length**2 * features


class MultiHeadAttention(DifferentiatedModel):
    """Attention of the words of a text to each other: one product for q, k, v, then the kernel."""

    def __init__(
        self,
        features: int,
        heads: int,
        *,
        key_value_heads: int | None = None,
        causal: bool = False,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        G = heads if key_value_heads is None else key_value_heads
        _check_divides("heads", heads, "features", features)
        _check_divides("key_value_heads", G, "heads", heads)
        self.features, self.heads, self.key_value_heads, self.causal = features, heads, G, causal
        self._sizes = [heads, G, G]
        size = (features, sum(self._sizes) * (features // heads))
        self.add_parameter("W_qkv", rng.normal(scale=features**-0.5, size=size))
        self.add_parameter("W_o", rng.normal(scale=features**-0.5, size=(features, features)))

    def forward(self, *inputs: Any) -> Any:
        """Return y `(N, T, D)`.

        Args:
            inputs: x `(N, T, D)` and, optionally, a mask `(N, T)` or `(N, T, T)`.

        Raises:
            ValueError: the shapes do not fit.
        """
        x, mask = (*inputs, None)[:2]
        x = to_tensor(x)
        self.set_mask(mask, x)
        return super().forward(x)

    def set_mask(self, mask: Any, x: Tensor) -> None:
        """Use `mask` in the next call of `compute`, for words `x`.

        Raises:
            ValueError: the shapes do not fit.
        """
        _check_words(x, self.features)
        self._mask = None if mask is None else _with_heads(to_tensor(mask).bool(), x)
        if self._mask is not None and self.causal:
            self._mask = self._mask & causal_mask(x.shape[1])

    def compute(self, p: Mapping[str, Tensor], x: Tensor) -> Tensor:
        """Return what the kernel computes, times W_o."""
        q, k, v = self._queries_keys_values(p, x)
        self._last = q.detach(), k.detach()
        return self._means(q, k, v, self._mask, self.causal) @ p["W_o"]

    def _queries_keys_values(self, p: Mapping[str, Tensor], x: Tensor) -> Sequence[Tensor]:
        """Return q `(N, H, T, d)`, k and v `(N, G, T, d)`."""
        return torch.split(split_heads(x @ p["W_qkv"], sum(self._sizes)), self._sizes, dim=1)

    def _means(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, causal: bool) -> Tensor:
        """Return the means of all heads `(N, T, D)`; a mask says all, also what is causal."""
        shared, causal = self.key_value_heads < self.heads, causal and mask is None
        return join_heads(fused_attention(q, k, v, mask, is_causal=causal, enable_gqa=shared))

    @property
    def weights(self) -> Tensor:
        """α `(N, H, T, T)` of the last `forward`, computed when it is read."""
        q, k = self._last
        mask = self._mask
        if mask is None and self.causal:
            mask = causal_mask(q.shape[2])
        k = k.repeat_interleave(self.heads // self.key_value_heads, dim=1)
        return masked_softmax(q @ k.mT * q.shape[-1] ** -0.5, mask)

    def initial_cache(self, batch_size: int) -> Cache:
        """Return keys and values of no words, each `(N, G, 0, d)`."""
        G, d = self.key_value_heads, self.features // self.heads
        empty = self.parameters["W_qkv"].new_zeros((batch_size, G, 0, d))
        return empty, empty

    @torch.no_grad()
    def step(self, x: Any, cache: Cache) -> tuple[Tensor, Cache]:
        """Return y `(N, T, D)` of the next words x `(N, T, D)`, and the cache after them.

        Raises:
            ValueError: the attention is not causal, or the shapes do not fit.
        """
        x, cache = to_tensor(x), (to_tensor(cache[0]), to_tensor(cache[1]))
        _check_words(x, self.features)
        self._check_cache(cache, len(x))
        q, *new = self._queries_keys_values(self.parameters, x)
        k, v = (torch.cat(pair, dim=2) for pair in zip(cache, new, strict=True))
        T, S = x.shape[1], cache[0].shape[2]
        mask = causal_mask(T, S) if T > 1 else None  # the last word reads all words
        return self._means(q, k, v, mask, causal=False) @ self.parameters["W_o"], (k, v)

    def _check_cache(self, cache: Cache, texts: int) -> None:
        """Refuse an attention that is not causal, and a cache that does not fit."""
        if not self.causal:
            raise ValueError("step needs an attention with causal=True: it cannot read later words")
        G, d = self.key_value_heads, self.features // self.heads
        shapes = tuple(tuple(tensor.shape) for tensor in cache)
        if shapes != ((texts, G, *shapes[0][2:3], d),) * 2:
            raise ValueError(
                f"for {texts} texts, keys and values of the cache should be ({texts}, {G}, S, "
                f"{d}), but are {' and '.join(map(str, shapes))}"
            )


def _check_divides(name: str, number: int, of: str, total: int) -> None:
    """Refuse a number that does not divide another one."""
    if number < 1 or total % number:
        raise ValueError(f"{name} should divide {of}, but {name} is {number} and {of} is {total}")


def _check_words(x: Tensor, features: int) -> None:
    """Refuse words of another size, and a text without words."""
    if x.ndim != 3 or x.shape[1] == 0 or x.shape[-1] != features:
        raise ValueError(f"x should be (N, T, {features}) with T ≥ 1, but is {tuple(x.shape)}")


def _with_heads(mask: Tensor, x: Tensor) -> Tensor:
    """Return `mask` as `(N, 1, 1, T)` or `(N, 1, T, T)`; refuse other shapes."""
    N, T, _ = x.shape
    if mask.shape not in ((N, T), (N, T, T)):
        raise ValueError(f"mask should have {(N, T)} or {(N, T, T)}, but has {tuple(mask.shape)}")
    return mask[:, None, None] if mask.ndim == 2 else mask[:, None]
