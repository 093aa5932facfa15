"""A language model on a recurrent layer, with torch tensors.

Source: CS224n lecture 6, sections 2.2 to 2.10; Mikolov et al., "Recurrent neural network based
language model" (2010).
"""

from __future__ import annotations

import numpy as np

from framework.models.parts import part
from plugins.torch_backend.shared.scored_words import CellLM


class RecurrentLM(CellLM):
    """ŷ_t = softmax(h_t U + b_2), where the states h_t come from a cell that reads e_t = E[x_t]."""

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: str = "rnn",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b_2", np.zeros(V))
