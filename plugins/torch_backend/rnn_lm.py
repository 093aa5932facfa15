"""A language model on a recurrent layer, with torch tensors.

Source: CS224n lecture 6, sections 2.2 to 2.10; Mikolov et al., "Recurrent neural network based
language model" (2010).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.models.parts import part
from plugins.torch_backend.model import TorchLanguageModel, checked_ids


class RecurrentLM(TorchLanguageModel):
    """ŷ_t = softmax(h_t U + b_2), where the states h_t come from a cell that reads e_t = E[x_t].

    The two large tables are differentiated by hand: their gradients are added where they belong,
    while autograd would make new ones of full size first. Of the cell only its interface is used,
    so it may come from anybody who offers one on tensors.

    Args:
        vocabulary_size: V.
        embedding_size: E, the size of a word vector.
        hidden_size: H, the size of the state.
        cell: registered name of the recurrent layer.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`, those of the cell as ``cell.NAME``, U `(H, V)`, b_2 `(V,)`.

    Attributes:
        state: the state of the cell after the last token that `forward` read.
    """

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
        self.cell: Any = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b_2", np.zeros(V))

    @torch.no_grad()
    def forward(self, tokens: Tensor, state: Any = None) -> Tensor:
        """Scores of the next token after every token; the last state is kept in `self.state`.

        Args:
            tokens: ids, `(N, T)` integers.
            state: the state before the first token; zeros if None.

        Returns:
            logits `(N, T, V)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        tokens = checked_ids(tokens, self.vocabulary_size)
        h = self.cell.forward(functional.embedding(tokens, self.parameters["embedding"]), state)
        self.state = self.cell.state
        self._tokens, self._h = tokens.flatten(), h.flatten(0, 1)
        logits = torch.addmm(self.parameters["b_2"], self._h, self.parameters["U"])
        return logits.view(*tokens.shape, -1)

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> None:
        """Back through the output layer, the cell and the embeddings.

        Args:
            grad_logits: `(N, T, V)`. Not modified.
        """
        steps = grad_logits.shape[:2]
        grad = grad_logits.flatten(0, 1)
        self.gradients["U"].addmm_(self._h.T, grad)
        self.gradients["b_2"].add_(grad.sum(0))
        grad_h = (grad @ self.parameters["U"].T).view(*steps, -1)
        grad_e, _ = self.cell.backward(grad_h)
        self.gradients["embedding"].index_add_(0, self._tokens, grad_e.flatten(0, 1))

    def initial_state(self, batch_size: int) -> Any:
        """The state before the first token, as the cell has it."""
        return self.cell.initial_state(batch_size)
