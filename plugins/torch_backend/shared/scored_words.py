"""Language models whose last layer scores all words, with or without a recurrent cell below it.

The two large tables are differentiated by hand: their gradients are added in place, while autograd
    would make new ones of full size first.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import LanguageModel
from plugins.torch_backend.arrays import checked_ids, to_tensor
from plugins.torch_backend.shared.products import add_product, product


class WordScorer(LanguageModel):
    """logits = h U + b, where a subclass computes h `(N·T, H)` and its way back."""

    #: Name of the parameter b.
    bias = "b_2"

    def next_log_probabilities(self, tokens: Tensor, state: Any) -> tuple[Tensor, Any]:
        """Read one token of each text `(N,)`; log P of the one after it `(N, V)`, and the state."""
        logits = self.forward(to_tensor(tokens)[:, None], state)[:, 0]
        return functional.log_softmax(logits, dim=-1), self.state

    def _scores(self, h: Tensor) -> Tensor:
        self._h = h
        return product(h, self.parameters["U"], self.parameters[self.bias])

    def _scores_back(self, grad: Tensor) -> Tensor:
        add_product(self.gradients["U"], self._h.T, grad)
        self.gradients[self.bias].add_(grad.sum(0))
        return product(grad, self.parameters["U"].T)


class CellScorer(WordScorer):
    """h_t is the state of a cell that reads the vectors e_t of the tokens.

    Of the cell only its interface is used, so it may come from any provider that offers one on
    tensors.
    """

    cell: Any

    def initial_state(self, batch_size: int) -> Any:
        """Return the state of the cell before the first token."""
        return self.cell.initial_state(batch_size)

    def _read(self, tokens: Tensor, state: Any, about: Tensor | None = None) -> Tensor:
        """Logits `(N, T, V)`, where `about: (N, E)` is added to all vectors of a text."""
        table = self.parameters["embedding"]
        self._tokens = checked_ids(tokens, len(table))
        e = functional.embedding(self._tokens, table)
        h = self.cell.forward(e if about is None else e + about[:, None], state)
        self.state = self.cell.state
        return self._scores(h.flatten(0, 1)).view(*self._tokens.shape, -1)

    def _read_back(self, grad_logits: Tensor) -> tuple[Tensor, Any]:
        """Return the gradients of the vectors `(N, T, E)` and of the first state."""
        grad_h = self._scores_back(grad_logits.flatten(0, 1))
        grad_e, grad_state = self.cell.backward(grad_h.view(*grad_logits.shape[:2], -1))
        self.gradients["embedding"].index_add_(0, self._tokens.flatten(), grad_e.flatten(0, 1))
        return grad_e, grad_state


class CellLM(CellScorer):
    """A cell whose only inputs are the tokens."""

    @torch.no_grad()
    def forward(self, tokens: Tensor, state: Any = None) -> Tensor:
        """Logits `(N, T, V)` for `tokens: (N, T)`; the cell's last state is left in `self.state`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        return self._read(tokens, state)

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> None:
        """Backpropagate `(N, T, V)` through the output layer, the cell and the embeddings."""
        self._read_back(grad_logits)
