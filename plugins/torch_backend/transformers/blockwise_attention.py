"""Attention in blocks of keys on torch tensors, by the fused kernel: it holds a block at a time.

Source: Dao et al., "FlashAttention: Fast and Memory-Efficient Exact Attention with IO-Awareness"
(2022); Rabe and Staats, "Self-attention Does Not Need O(n²) Memory" (2021).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from framework.models.differentiated import DifferentiatedModel
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.translation.attention import check_shapes

State = tuple[Tensor, Tensor, Tensor]


@torch.no_grad()
def add_block(state: State, scores: Tensor, values: Tensor) -> State:
    """Return maximum, sum of exponentials and sum of values after one more block of keys."""
    m, s, u = state
    highest = torch.maximum(m, scores.amax(dim=-1, keepdim=True))
    shift = highest.masked_fill(highest == -torch.inf, 0)
    p, factor = torch.exp(scores - shift), torch.exp(m - shift)
    return highest, factor * s + p.sum(dim=-1, keepdim=True), factor * u + p @ values


class BlockwiseAttention(DifferentiatedModel):
    """Attention with the scores q·k / √D; `block_size` counts in `block_scores` and `log_sums`."""

    def __init__(self, block_size: int, *, causal: bool = False) -> None:
        super().__init__()
        if block_size < 1:
            raise ValueError(f"block_size should be at least 1, but is {block_size}")
        self.block_size, self.causal = block_size, causal

    @torch.no_grad()
    def block_scores(
        self, queries: Tensor, keys: Tensor, start: int, mask: Tensor | None = None
    ) -> Tensor:
        """Return the scores `(N, Q, B)` of the keys from `start` on; −∞ where none is read."""
        block = slice(start, start + self.block_size)
        scores: Tensor = queries @ keys[:, block].mT * queries.shape[-1] ** -0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, block].bool(), -torch.inf)
        if self.causal:
            Q, K = queries.shape[1], keys.shape[1]
            positions = torch.arange(K, device=keys.device)
            scores = scores.masked_fill(positions[block] > positions[K - Q :, None], -torch.inf)
        return scores

    def forward(self, *inputs: Any) -> Tensor:
        """Return the mean of the values for each query, `(N, Q, E)`.

        Args:
            inputs: queries, keys, values and, optionally, the mask `(N, K)`.

        Raises:
            ValueError: the shapes do not fit.
        """
        queries, keys, values = map(to_tensor, inputs[:3])
        self._mask = _checked_mask(self.causal, queries, keys, values, *inputs[3:])
        self._last = queries, keys
        return torch.as_tensor(super().forward(queries, keys, values))

    @property
    def log_sums(self) -> Tensor:
        """L `(N, Q)` of the last `forward`, computed when it is read: the kernel returns none."""
        (queries, keys), starts = self._last, range(0, self._last[1].shape[1], self.block_size)
        each = (self.block_scores(queries, keys, start, self._mask) for start in starts)
        return torch.stack([scores.logsumexp(dim=-1) for scores in each]).logsumexp(dim=0)

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return what the kernel computes.

        With a mask, the kernel would build an array of all pairs. So the mask is one more feature:
        1 of each query, and a number of each key that leaves its exponential at 0. For the same
        reason, queries are added in front, until there is one for each key.
        """
        queries, keys, values = inputs
        (Q, D), (K, E) = queries.shape[1:], values.shape[1:]
        bias, some = torch.zeros_like(keys[..., :1]), None
        if self._mask is not None:
            bias = bias.masked_fill(~self._mask[..., None], torch.finfo(keys.dtype).min / 4)
            some = self._mask.cumsum(dim=1)[:, K - Q if self.causal else K - 1 :, None] > 0
        q, k = functional.pad(queries, (0, 1), value=1.0), torch.cat([keys, bias], dim=-1)
        size = max(D + 1, E)  # the kernel wants one number of features
        missing = K - Q if self.causal else 0
        q = functional.pad(q, (0, size - D - 1, missing, 0))
        k, v = functional.pad(k, (0, size - D - 1)), functional.pad(values, (0, size - E))
        means = functional.scaled_dot_product_attention(
            q[:, None], k[:, None], v[:, None], is_causal=self.causal, scale=D**-0.5
        )[:, 0, missing:, :E]
        return means if some is None else means.masked_fill(~some, 0)


def _checked_mask(
    causal: bool, queries: Tensor, keys: Tensor, values: Tensor, mask: Any = None
) -> Tensor | None:
    """Return `mask` as booleans `(N, K)`; refuse shapes that do not fit."""
    check_shapes(queries, keys, values, is_dot=True)
    N, Q, K = *queries.shape[:2], keys.shape[1]
    if causal and Q > K:
        raise ValueError(f"causal attention needs at most one query per key, but {Q} are for {K}")
    if mask is None:
        return None
    checked = to_tensor(mask).bool()
    if tuple(checked.shape) != (N, K):
        raise ValueError(f"mask should have {(N, K)}, but has {tuple(checked.shape)}")
    return checked
