"""A language model on several gated layers, with torch tensors.

Source: CS224n lecture 7, sections 3 and 4; Zaremba et al. (2014); Linzen et al. (2016).
"""

from __future__ import annotations

import numpy as np

from framework.models.deep_cells import stacked
from framework.models.parts import part
from framework.models.recurrent_networks import agreement_accuracy
from plugins.torch_backend.shared.scored_words import CellLM

__all__ = ["GatedLM", "agreement_accuracy"]


class GatedLM(CellLM):
    """ŷ_t = softmax(h_t U + b), with the states h_t of the highest of several gated layers."""

    bias = "b"

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: str = "lstm",
        layers: int = 1,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.cell = self.add_child("cell", stacked(part, part(cell), E, H, layers, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b", np.zeros(V))
