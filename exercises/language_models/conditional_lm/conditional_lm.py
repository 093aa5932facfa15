"""A conditional language model: the decoder of an encoder-decoder network.

Source: CS224n lecture 6, section 3.6; Cho et al., "Learning Phrase Representations using RNN
Encoder-Decoder for Statistical Machine Translation" (2014), whose decoder uses the encoding in both
places; Mikolov and Zweig, "Context Dependent Recurrent Neural Network Language Model" (2012).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel
from framework.models.parts import part


class ConditionalLM(LanguageModel):
    """P(x_{t+1} | x_1 ... x_t, condition): a recurrent language model with a condition c.

    c is any vector for a text, for example the encoding of a sentence to translate. It sets the
    initial state of the cell and is added to the input of the cell at every step.

    Args:
        vocabulary_size: V.
        condition_size: K, the size of a condition.
        embedding_size: E, the size of a word vector.
        hidden_size: H, the size of the state.
        cell: registered name of the recurrent layer; "rnn" is the one that you wrote. Its state
            may be a tuple with h as its first part, as that of "lstm". Pass states by position:
            cells name them differently.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`, W_0 `(K, H)`, W_c `(K, E)`, cell.W_x `(E, H)`, cell.W_h `(H, H)`,
        cell.b `(H,)`, U `(H, V)`, b_2 `(V,)`.

    Attributes:
        state: the cell's state after the last token that `forward` read; of "rnn" `(N, H)`.
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

    def forward(self, tokens: Array, condition: Array, state: Any = None) -> Array:
        """Return the scores of each next token: softmax of logits[:, t] predicts x_{t+1}.

            h_0 = tanh(c W_0)                          at the start of a text
            e_t = embedding[x_t] + c W_c               at every step
            h_1 ... h_T = cell(e_1 ... e_T, h_0)       logits_t = h_t U + b_2

        Keeps the last state h_T in `self.state`.

        Args:
            tokens: ids, `(N, T)` integers. Not modified.
            condition: c, `(N, K)`, one for each text. Not modified.
            state: the cell's state after an earlier piece of the texts, used as h_0. None: the
                texts start here.

        Returns:
            logits `(N, T, V)`.

        Raises:
            IndexError: an id is outside 0 ... V−1. (NumPy itself reads −1 as the last row.)
            ValueError: `condition` is not `(N, K)`.
        """
        # TODO: set the initial state, add the condition at every step, compute the logits
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> Array:
        """Add the gradients of all parameters and return the gradient of the condition.

            ∂J/∂W_c = cᵀ Σ_t ∂J/∂e_t          ∂J/∂W_0 = cᵀ ∂J/∂a,  ∂J/∂a = (1 − h_0²) ∘ ∂J/∂h_0
            ∂J/∂c   = Σ_t ∂J/∂e_t W_cᵀ + ∂J/∂a W_0ᵀ

        with a = c W_0. If `forward` got a state, the terms of h_0 and a are 0. An encoder is
        trained with the gradient of the condition. Call `self.cell.backward` once for all steps:
        only the cell can pass the gradients of all parts of its state from step to step.

        Args:
            grad_logits: `(N, T, V)`. Not modified.

        Returns:
            grad_condition `(N, K)`.
        """
        # TODO: as in a language model; then the two places where the condition is used
        raise NotImplementedError

    def initial_state(self, batch_size: int, condition: Array | None = None) -> tuple[Any, Array]:
        """Return the state before the first token: the cell's initial state and the condition.

        Args:
            batch_size: N, the number of texts.
            condition: c, `(N, K)`; None: zeros.

        Returns:
            the cell's state, computed from c (of "rnn" `(N, H)`), and c.

        Raises:
            ValueError: `condition` is not `(N, K)`.
        """
        # TODO: your code here
        raise NotImplementedError

    def next_log_probabilities(
        self, tokens: Array, state: tuple[Any, Array]
    ) -> tuple[Array, tuple[Any, Array]]:
        """Read one token of each text and return the log probabilities of the next token.

        Args:
            tokens: the ids to read, `(N,)` integers.
            state: the result of `initial_state` or of the last call: the cell's state and the
                condition. Not modified.

        Returns:
            log probabilities `(N, V)`, and the state after `tokens`.
        """
        # TODO: forward with T = 1, then a log softmax that is stable for large scores
        raise NotImplementedError

    # TODO: optional helpers
    def _cell_state(self, h_0: Array) -> Any:
        """Given: return the cell's initial state with h_0 as h; an LSTM's c is not changed."""
        state = self.cell.initial_state(len(h_0))
        return (h_0, *state[1:]) if isinstance(state, (tuple, list)) else h_0

    def _check_condition(self, condition: Array, texts: int) -> None:
        """Given: raise a ValueError for conditions that are not `(texts, K)`."""
        if condition.shape != (texts, self.condition_size):
            wanted = (texts, self.condition_size)
            raise ValueError(f"the condition of {texts} texts is {wanted}, not {condition.shape}")


def _first(state: Any) -> Any:
    """Given: return h of a state that is h (RNN, GRU) or several (LSTM)."""
    return state[0] if isinstance(state, (tuple, list)) else state


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an IndexError for ids outside 0 ... V−1."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, found = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {found}")
