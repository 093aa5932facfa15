"""Kim's network on torch tensors.

Source: CS224n lecture 11, sections 2.1 to 2.6 and 3.1; Kim, "Convolutional Neural Networks for
Sentence Classification" (2014).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.models.parts import part
from plugins.torch_backend.arrays import checked_ids, to_tensor
from plugins.torch_backend.shared.model import PAD, EmbeddingModel, through

CHANNELS = ("tuned", "static", "both")


class TextCNN(EmbeddingModel):
    """logits = (r ∘ z) W + b, with z_j = ReLU(max_i c_i) for every filter j, and a dropout r.

    Attributes:
        static: the word vectors that are not learned, `(V, E)`; None if `channels` is "tuned".
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        maps: int,
        classes: int,
        *,
        widths: Sequence[int] = (3, 4, 5),
        keep_probability: float = 0.5,
        vectors: Any = None,
        channels: str = "tuned",
        max_norm: float = 3.0,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, k = vocabulary_size, embedding_size, len(widths)
        _check_settings(widths, channels, max_norm, vectors, (V, E))
        self.vocabulary_size, self.embedding_size = V, E
        self.widths, self.max_norm = tuple(widths), max_norm
        drawn = rng.uniform(-0.25, 0.25, size=(V, E)) if vectors is None else vectors
        start = to_tensor(drawn).detach().double()
        self.static = self._arrays.asarray(start) if channels != "tuned" else None
        if channels != "static":
            self.add_parameter("embedding", start.clone())
        D = 2 * E if channels == "both" else E
        self.convolutions = [
            self.add_child(f"conv_{i}", part("conv1d")(D, maps, h, padding=h - 1, rng=rng))
            for i, h in enumerate(widths, start=1)
        ]
        self.pools = [self.add_child(f"pool_{i}", part("max_over_time")()) for i in range(k)]
        self.dropout = self.add_child("dropout", part("dropout")(keep_probability, rng=rng))
        self.add_parameter("W", rng.normal(scale=(k * maps) ** -0.5, size=(k * maps, classes)))
        self.add_parameter("b", np.zeros(classes))

    def astype(self, dtype: Any) -> Self:
        """Convert parameters, gradients and the static vectors; returns the network."""
        if self.static is not None:
            self.static = self._arrays.astype(self.static, dtype)
        return super().astype(dtype)

    def _look_up(self, ids: Tensor) -> Tensor:
        """Return one channel, or two side by side, `(N, T, D)`."""
        self._ids = checked_ids(ids, self.vocabulary_size)
        tables = [self.static, self.parameters.get("embedding")]
        found = [functional.embedding(self._ids, table) for table in tables if table is not None]
        return torch.cat(found, dim=-1)

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Logits `(N, K)` for texts `(N, T)`, short ones filled up with `PAD`."""
        words = self._ids != PAD
        x = inputs[0] * words[..., None]
        maxima = [
            through(pool, through(convolution, x), _windows_with_words(words, h))
            for convolution, pool, h in zip(self.convolutions, self.pools, self.widths, strict=True)
        ]
        kept = through(self.dropout, torch.cat(maxima, dim=1).relu())
        return torch.addmm(parameters["b"], kept, parameters["W"])

    def _add_rows(self, rows: Tensor) -> None:
        if "embedding" in self.gradients:
            super()._add_rows(rows[..., -self.embedding_size :])

    @torch.no_grad()
    def constrain(self) -> None:
        """W_c ← W_c · s / max(‖W_c‖, s) for every column of W, in place."""
        W, s = self.parameters["W"], self.max_norm
        W.mul_(s / torch.linalg.vector_norm(W, dim=0).clamp(min=s))


def _windows_with_words(words: Tensor, width: int) -> Tensor:
    """Return which of the T + h − 1 windows have a word in them."""
    return functional.pad(words, (width - 1, width - 1)).unfold(1, width, 1).any(dim=-1)


def _check_settings(
    widths: Sequence[int], channels: str, max_norm: float, vectors: Any, shape: tuple[int, int]
) -> None:
    if vectors is not None and tuple(vectors.shape) != shape:
        raise ValueError(f"vectors should have shape {shape}, but has {tuple(vectors.shape)}")
    if not widths:
        raise ValueError("widths should name one width or more, but is empty")
    if not max_norm > 0:
        raise ValueError(f"max_norm is positive, but got {max_norm}")
    if channels not in CHANNELS:
        raise ValueError(f"channels is one of {', '.join(CHANNELS)}, but got {channels!r}")
    if vectors is None and channels != "tuned":
        raise ValueError(f"channels={channels!r} needs vectors: random ones would never be learned")
