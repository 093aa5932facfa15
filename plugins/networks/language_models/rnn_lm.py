"""The language model on a recurrent layer.

Source: CS224n lecture 6, sections 2.2 to 2.10; Mikolov et al. (2010).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from framework.models.parts import part
from plugins.networks.shared.blocks import Embedding
from plugins.networks.shared.scored_words import SCORES, WordScorer


class RecurrentLM(WordScorer):
    """ŷ_t = softmax(h_t U + b_2), where the states h_t come from a cell that reads e_t = E[x_t].

    Source: CS224n lecture 6, sections 2.2 to 2.10; Mikolov et al. (2010).
    """

    #: Names of the parameters of the scores.
    names: ClassVar[Mapping[str, str]] = SCORES

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: Any = "rnn",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size = V
        self.embedding = self.add_child("_embedding", Embedding(rng.normal(scale=0.1, size=(V, E))))
        self.cell = self.add_child("cell", self._cell(cell, E, H, rng))
        self.scores = self.add_child("_scores", part("affine")(H, V, rng=rng), self.names)

    def _cell(self, cell: Any, E: int, H: int, rng: np.random.Generator) -> Any:
        return part(cell)(E, H, rng=rng)

    def initial_state(self, batch_size: int) -> Any:
        """Return the state of the cell before the first token."""
        return self.cell.initial_state(batch_size)

    def forward(self, tokens: Any, state: Any = None) -> Any:
        """Logits `(N, T, V)` for `tokens: (N, T)`; the cell's last state is left in `self.state`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        h = self.cell.forward(self.embedding.forward(tokens), state)
        self.state = self.cell.state
        return self.scores.forward(h)

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, T, V)` through the output layer, the cell and the embedding."""
        grad_e, _ = self.cell.backward(self.scores.backward(grad_logits))
        self.embedding.backward(grad_e)
