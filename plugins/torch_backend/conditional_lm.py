"""A conditional language model on a recurrent layer, with torch tensors.

Source: CS224n lecture 6, section 3.6; Cho et al., "Learning Phrase Representations using RNN
Encoder-Decoder for Statistical Machine Translation" (2014).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from framework.models.parts import part
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.model import checked_ids


class ConditionalLM(Model):
    """P(x_{t+1} | x_1 ... x_t, c): c sets the cell's first state, and is added at every step.

    Differentiated by hand around the cell, as the plain language model is: the gradients of the
    large tables are added where they belong. Of the cell only its interface is used.

    Args:
        vocabulary_size: V.
        condition_size: K, the size of a condition.
        embedding_size: E, the size of a word vector.
        hidden_size: H, the size of the state.
        cell: registered name of the recurrent layer.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`, W_0 `(K, H)`, W_c `(K, E)`, those of the cell as ``cell.NAME``,
        U `(H, V)`, b_2 `(V,)`.

    Attributes:
        state: the cell's state after the last token that `forward` read.
    """

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
        """Scores of the next token after every token; the last state is kept in `self.state`.

        Args:
            tokens: ids, `(N, T)` integers.
            condition: c, `(N, K)`.
            state: the cell's state after an earlier piece of the texts; None: they start here.

        Returns:
            logits `(N, T, V)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
            ValueError: `condition` is not `(N, K)`.
        """
        tokens = checked_ids(tokens, self.vocabulary_size)
        self._condition, self._starts = self._checked(condition, len(tokens)), state is None
        if state is None:
            state = self._first_state(self._condition)
        self._h_0 = _first(state)
        about = self._condition @ self.parameters["W_c"]
        e = functional.embedding(tokens, self.parameters["embedding"]) + about[:, None]
        h = self.cell.forward(e, state)
        self.state = self.cell.state
        self._tokens, self._h = tokens.flatten(), h.flatten(0, 1)
        logits = torch.addmm(self.parameters["b_2"], self._h, self.parameters["U"])
        return logits.view(*tokens.shape, -1)

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> Tensor:
        """Back through the output layer, the cell, the embeddings and the condition.

        Args:
            grad_logits: `(N, T, V)`. Not modified.

        Returns:
            grad_condition `(N, K)`.
        """
        steps = grad_logits.shape[:2]
        grad = grad_logits.flatten(0, 1)
        self.gradients["U"].addmm_(self._h.T, grad)
        self.gradients["b_2"].add_(grad.sum(0))
        grad_h = (grad @ self.parameters["U"].T).view(*steps, -1)
        grad_e, grad_state = self.cell.backward(grad_h)
        self.gradients["embedding"].index_add_(0, self._tokens, grad_e.flatten(0, 1))
        grad_condition = self._back_to_condition("W_c", grad_e.sum(1))
        if self._starts:
            grad_a = (1 - self._h_0**2) * _first(grad_state)
            grad_condition += self._back_to_condition("W_0", grad_a)
        return grad_condition

    def initial_state(self, batch_size: int, condition: Tensor | None = None) -> tuple[Any, Tensor]:
        """The state before the first token: the cell's, set by the condition, and the condition.

        Args:
            batch_size: N, the number of texts.
            condition: c, `(N, K)`; None: zeros.

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
        """Read one token of each text; predict the one after it.

        Args:
            tokens: the ids just read, `(N,)` integers.
            state: what `initial_state` or the last call returned. Not modified.

        Returns:
            log probabilities `(N, V)`, and the state after `tokens`.
        """
        cell_state, condition = state
        logits = self.forward(to_tensor(tokens)[:, None], condition, cell_state)[:, 0]
        return functional.log_softmax(logits, dim=-1), (self.state, condition)

    def _first_state(self, condition: Tensor) -> Any:
        """The cell's state before the first token: h_0, and whatever else it has, as zeros."""
        h_0 = (condition @ self.parameters["W_0"]).tanh()
        zeros = self.cell.initial_state(len(condition))
        return (h_0, *zeros[1:]) if isinstance(zeros, tuple) else h_0

    def _back_to_condition(self, name: str, grad: Tensor) -> Tensor:
        """Through c W: add the gradient of W, and return that of c."""
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
    """h, of a state that is h alone or a tuple that starts with it."""
    return state[0] if isinstance(state, tuple) else state
