"""A recurrent tagger on tensors.

Source: CS224n lecture 7, sections 4.5 to 4.9; lecture 11, section 3.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from framework.models.parts import part
from plugins.torch_backend.shared.model import PAD, EmbeddingModel, through
from plugins.torch_backend.shared.packing import word_mask


class RecurrentTagger(EmbeddingModel):
    """logits_t = y_t W + b, with the states y_t of one direction or of both."""

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        tags: int,
        cell: str = "rnn",
        both: bool = True,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        reader: Any = part(cell)(E, H, rng=rng)
        if both:
            reader = part("bidirectional")(reader, part(cell)(E, H, rng=rng))
        self.reader = self.add_child("reader", reader)
        self.output = self.add_child("output", part("affine")(2 * H if both else H, tags, rng=rng))

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Read, then score: logits `(N, T, C)`."""
        return through(self.output, through(self.reader, inputs[0], None, word_mask(self._ids)))


@torch.no_grad()
def tagging_accuracy(logits: Tensor, tags: Tensor, ids: Tensor) -> float:
    """Return the share of words with the right tag; 0 without words."""
    words = ids != PAD
    right = (logits.argmax(-1) == tags) & words
    return right.sum().item() / max(words.sum().item(), 1)


def next_word_tags(ids: Tensor) -> Tensor:
    """Return the next word of each place `(N, T − 1)`, given ids `(N, T)`."""
    return ids[:, 1:].clone()
