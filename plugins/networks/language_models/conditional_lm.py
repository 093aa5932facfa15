"""The conditional language model.

Source: CS224n lecture 6, section 3.6; Cho et al., "Learning Phrase Representations using RNN
Encoder-Decoder for Statistical Machine Translation" (2014).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import LanguageModel
from framework.models.parts import part
from plugins.networks.shared.blocks import Embedding
from plugins.networks.shared.scored_words import SCORES, log_softmax


class ConditionalLM(LanguageModel):
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
        table = rng.normal(scale=0.1, size=(V, E))
        self.embedding = self.add_child("_embedding", Embedding(table))
        self.add_parameter("W_0", rng.normal(scale=K**-0.5, size=(K, H)))
        self.add_parameter("W_c", rng.normal(scale=K**-0.5, size=(K, E)))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.scores = self.add_child("_scores", part("affine")(H, V, rng=rng), SCORES)

    def forward(self, tokens: Any, condition: Any, state: Any = None) -> Any:
        """Logits `(N, T, V)` for `tokens: (N, T)` and the condition c `(N, K)`.

        The `state` is the cell's after an earlier piece of the texts; None: they start here.

        Raises:
            IndexError: an id outside 0 ... V−1.
            ValueError: `condition` is not `(N, K)`.
        """
        self._condition, self._starts = self._checked(condition, len(tokens)), state is None
        if state is None:
            state = self._first_state(self._condition)
        self._h_0 = _first(state)
        about = self._condition @ self.parameters["W_c"]
        h = self.cell.forward(self.embedding.forward(tokens) + about[:, None], state)
        self.state = self.cell.state
        return self.scores.forward(h)

    def backward(self, grad_logits: Any) -> Any:
        """Backpropagate `(N, T, V)`, and return the gradient of the condition `(N, K)`."""
        grad_e, grad_state = self.cell.backward(self.scores.backward(grad_logits))
        self.embedding.backward(grad_e)
        grad_condition = self._back_to_condition("W_c", grad_e.sum(1))
        if not self._starts:
            return grad_condition
        grad_a = (1 - self._h_0**2) * _first(grad_state)
        return grad_condition + self._back_to_condition("W_0", grad_a)

    def initial_state(self, batch_size: int, condition: Any = None) -> tuple[Any, Any]:
        """Return the cell's state, set by the condition (None: zeros), and the condition itself.

        Raises:
            ValueError: `condition` is not `(N, K)`.
        """
        if condition is None:
            xp, size = self._arrays.namespace, (batch_size, self.condition_size)
            condition = xp.zeros_like(xp.broadcast_to(self.parameters["W_0"][:, 0], size))
        condition = self._checked(condition, batch_size)
        return self._first_state(condition), condition

    def next_log_probabilities(
        self, tokens: Any, state: tuple[Any, Any]
    ) -> tuple[Any, tuple[Any, Any]]:
        """Read one token of each text; predict the next one. The state contains the condition."""
        cell_state, condition = state
        logits = self.forward(self._arrays.column(tokens), condition, cell_state)[:, 0]
        return log_softmax(logits, self._arrays), (self.state, condition)

    def _first_state(self, condition: Any) -> Any:
        """Return the cell's state before the first token: h_0, and zeros for its other parts."""
        h_0 = self._arrays.namespace.tanh(condition @ self.parameters["W_0"])
        zeros = self.cell.initial_state(len(condition))
        return (h_0, *zeros[1:]) if isinstance(zeros, tuple) else h_0

    def _back_to_condition(self, name: str, grad: Any) -> Any:
        """Backpropagate through c W: add the gradient of W, and return that of c."""
        self.gradients[name] += self._condition.T @ grad
        return grad @ self.parameters[name].T

    def _checked(self, condition: Any, texts: int) -> Any:
        condition, wanted = self._arrays.asarray(condition), (texts, self.condition_size)
        if tuple(condition.shape) != wanted:
            actual = tuple(condition.shape)
            raise ValueError(f"the condition of {texts} texts is {wanted}, not {actual}")
        return condition


def _first(state: Any) -> Any:
    """Return h of a state: the state itself, or the first item of a tuple."""
    return state[0] if isinstance(state, tuple) else state
