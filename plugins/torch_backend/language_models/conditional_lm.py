"""A conditional language model on a recurrent layer, with torch tensors.

Source: CS224n lecture 6, section 3.6; Cho et al., "Learning Phrase Representations using RNN
Encoder-Decoder for Statistical Machine Translation" (2014).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from framework.models.parts import part
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.shared.scored_words import CellScorer


class ConditionalLM(CellScorer):
    """P(x_{t+1} | x_1 ... x_t, c): c `(N, K)` sets the first state, and is added at every step."""

    def __init__(
        self,
        vocabulary_size: int,
        condition_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: str = "rnn",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, K, E, H = vocabulary_size, condition_size, embedding_size, hidden_size
        self.vocabulary_size, self.condition_size = V, K
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.add_parameter("W_0", rng.normal(scale=K**-0.5, size=(K, H)))
        self.add_parameter("W_c", rng.normal(scale=K**-0.5, size=(K, E)))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b_2", np.zeros(V))

    @torch.no_grad()
    def forward(self, tokens: Tensor, condition: Tensor, state: Any = None) -> Tensor:
        """Logits `(N, T, V)` for `tokens: (N, T)` and the condition c `(N, K)`.

        The `state` is the cell's after an earlier piece of the texts; None: they start here.

        Raises:
            IndexError: an id outside 0 ... V−1.
            ValueError: `condition` is not `(N, K)`.
        """
        texts = len(to_tensor(tokens))
        self._condition, self._starts = self._checked(condition, texts), state is None
        if state is None:
            state = self._first_state(self._condition)
        self._h_0 = _first(state)
        return self._read(tokens, state, self._condition @ self.parameters["W_c"])

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> Tensor:
        """Backpropagate `(N, T, V)`, and return the gradient of the condition `(N, K)`."""
        grad_e, grad_state = self._read_back(grad_logits)
        grad_condition = self._back_to_condition("W_c", grad_e.sum(1))
        if self._starts:
            grad_a = (1 - self._h_0**2) * _first(grad_state)
            grad_condition += self._back_to_condition("W_0", grad_a)
        return grad_condition

    def initial_state(self, batch_size: int, condition: Tensor | None = None) -> tuple[Any, Tensor]:
        """Return the cell's state, set by the condition (None: zeros), and the condition itself.

        Raises:
            ValueError: `condition` is not `(N, K)`.
        """
        if condition is None:
            condition = self.parameters["U"].new_zeros(batch_size, self.condition_size)
        condition = self._checked(condition, batch_size)
        return self._first_state(condition), condition

    def next_log_probabilities(
        self, tokens: Tensor, state: tuple[Any, Tensor]
    ) -> tuple[Tensor, tuple[Any, Tensor]]:
        """Read one token of each text; predict the next one. The state contains the condition."""
        cell_state, condition = state
        logits = self.forward(to_tensor(tokens)[:, None], condition, cell_state)[:, 0]
        return logits.log_softmax(dim=-1), (self.state, condition)

    def _first_state(self, condition: Tensor) -> Any:
        """Return the cell's state before the first token: h_0, and zeros for its other parts."""
        h_0 = (condition @ self.parameters["W_0"]).tanh()
        zeros = self.cell.initial_state(len(condition))
        return (h_0, *zeros[1:]) if isinstance(zeros, tuple) else h_0

    def _back_to_condition(self, name: str, grad: Tensor) -> Tensor:
        """Backpropagate through c W: add the gradient of W, and return that of c."""
        self.gradients[name].addmm_(self._condition.T, grad)
        return torch.mm(grad, self.parameters[name].T)

    def _checked(self, condition: Any, texts: int) -> Tensor:
        tensor = to_tensor(condition)
        wanted = (texts, self.condition_size)
        if tensor.shape != wanted:
            found = tuple(tensor.shape)
            raise ValueError(f"the condition of {texts} texts is {wanted}, not {found}")
        return tensor


def _first(state: Any) -> Any:
    """Return h of a state: the state itself, or the first item of a tuple."""
    return state[0] if isinstance(state, tuple) else state
