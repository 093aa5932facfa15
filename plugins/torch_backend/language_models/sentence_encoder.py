"""A recurrent layer as an encoder of sentences, with torch tensors.

Source: CS224n lecture 6, section 3.5; Conneau et al., "Supervised Learning of Universal Sentence
Representations from Natural Language Inference Data" (2017).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from framework.models.parts import part
from plugins.torch_backend.shared.model import PAD, EmbeddingModel, through

POOLINGS = ("final", "max", "mean")


class SentenceEncoder(EmbeddingModel):
    """logits = encoding U + b_2, where the encoding pools the states h_t of a recurrent layer.

    Padding is at the end, so that no state of a word depends on it. The cell needs no mask, and its
    fused kernel is used; the pooling leaves the states of padding out.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        classes: int,
        pooling: str = "final",
        cell: str = "rnn",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if pooling not in POOLINGS:
            raise ValueError(f"pooling is one of {', '.join(POOLINGS)}, but got '{pooling}'")
        V, E, H, C = vocabulary_size, embedding_size, hidden_size, classes
        self.vocabulary_size, self.pooling = V, pooling
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, C)))
        self.add_parameter("b_2", np.zeros(C))

    @torch.no_grad()
    def encode(self, ids: Tensor) -> Tensor:
        """One vector for each text of `ids: (N, T)`, `(N, H)`; zeros for a text without words.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        return self._pooled(self.cell.forward(self._look_up(ids)))

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Encode, then score: logits `(N, C)`."""
        encoding = self._pooled(through(self.cell, *inputs))
        return torch.addmm(parameters["b_2"], encoding, parameters["U"])

    def _pooled(self, h: Tensor) -> Tensor:
        return (self._pooling_weights(h.detach()) * h).sum(1)

    def _pooling_weights(self, h: Tensor) -> Tensor:
        """Return the weights of the pooling Σ_t weight_t ∘ h_t, `(N, T, H)` or `(N, T, 1)`."""
        words = (self._ids != PAD)[:, :, None]
        counts = words.sum(1, keepdim=True)
        if self.pooling == "mean":
            return words.to(h.dtype) / counts.clamp(min=1)
        if self.pooling == "final":
            chosen = (counts - 1).clamp(min=0)
        else:
            chosen = h.masked_fill(~words, -torch.inf).argmax(1, keepdim=True)
        here = torch.zeros_like(h[:, :, : chosen.shape[2]]).scatter_(1, chosen, 1)
        return here * words  # a text without words has no chosen step
