"""A language model that is told what its text is about: the decoder of an encoder-decoder network.

Source: CS224n lecture 6, section 3.6; Cho et al., "Learning Phrase Representations using RNN
Encoder-Decoder for Statistical Machine Translation" (2014), whose decoder gets the encoding both
ways; Mikolov and Zweig, "Context Dependent Recurrent Neural Network Language Model" (2012).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel
from framework.models.parts import part


class ConditionalLM(LanguageModel):
    """P(x_{t+1} | x_1 ... x_t, condition): a recurrent language model with a condition c.

    c is any vector for a text: the encoding of a sentence to translate, of speech, of a picture.
    It sets the state that the cell starts from, and is added to what the cell reads at every step.

    Args:
        vocabulary_size: V.
        condition_size: K, the size of a condition.
        embedding_size: E, the size of a word vector.
        hidden_size: H, the size of the state.
        cell: registered name of the recurrent layer; "rnn" is the one that you wrote.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`, W_0 `(K, H)`, W_c `(K, E)`, cell.W_x `(E, H)`, cell.W_h `(H, H)`,
        cell.b `(H,)`, U `(H, V)`, b_2 `(V,)`.

    Attributes:
        state: the cell's state after the last token that `forward` read, `(N, H)`.
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
        """Scores of the next token after every token: softmax of logits[:, t] predicts x_{t+1}.

            h_0 = tanh(c W_0)                          where the text starts
            e_t = embedding[x_t] + c W_c               at every step
            h_1 ... h_T = cell(e_1 ... e_T, h_0)       logits_t = h_t U + b_2

        Keeps the last state h_T in `self.state`.

        Args:
            tokens: ids, `(N, T)` integers.
            condition: c, `(N, K)`, one for each text.
            state: the cell's state after an earlier piece of the texts; it then stands for h_0.
                None: the texts start here.

        Returns:
            logits `(N, T, V)`.

        Raises:
            IndexError: an id outside 0 ... V−1. (NumPy alone would read −1 as the last row.)
            ValueError: `condition` is not `(N, K)`.
        """
        # TODO: start from the condition, add it at every step, and score the states
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> Array:
        """Back through the output layer, the cell, the embeddings and the condition.

            ∂J/∂W_c = cᵀ Σ_t ∂J/∂e_t          ∂J/∂W_0 = cᵀ ∂J/∂a,  ∂J/∂a = (1 − h_0²) ∘ ∂J/∂h_0
            ∂J/∂c   = Σ_t ∂J/∂e_t W_cᵀ + ∂J/∂a W_0ᵀ

        with a = c W_0, and without what belongs to h_0 where `forward` was given a state. Adds to
        `gradients`. The gradient at the condition is what an encoder is trained with.

        Args:
            grad_logits: `(N, T, V)`. Not modified.

        Returns:
            grad_condition `(N, K)`.
        """
        # TODO: as in a language model; then the two ways that the condition came in
        raise NotImplementedError

    def initial_state(self, batch_size: int, condition: Array | None = None) -> tuple[Any, Array]:
        """The state before the first token: the cell's first state, and the condition itself.

        Args:
            batch_size: N, the number of texts.
            condition: c, `(N, K)`; None: zeros, which say nothing.

        Returns:
            the cell's state `(N, H)`, set by c, and c.

        Raises:
            ValueError: `condition` is not `(N, K)`.
        """
        # TODO: your code here
        raise NotImplementedError

    def next_log_probabilities(
        self, tokens: Array, state: tuple[Any, Array]
    ) -> tuple[Array, tuple[Any, Array]]:
        """Read one token of each text; the log probabilities of the token after it.

        Args:
            tokens: the ids just read, `(N,)` integers.
            state: what `initial_state` or the last call returned: the cell's state, and the
                condition. Not modified.

        Returns:
            log probabilities `(N, V)`, and the state after `tokens`.
        """
        # TODO: forward with T = 1, then a log softmax that is stable for large scores
        raise NotImplementedError

    # TODO: helpers of your own, if you like some
    def _cell_state(self, h_0: Array) -> Any:
        """Given: the cell's state with h_0 for h; an LSTM's c starts as ever."""
        state = self.cell.initial_state(len(h_0))
        return (h_0, *state[1:]) if isinstance(state, tuple) else h_0

    def _check_condition(self, condition: Array, texts: int) -> None:
        """Given: refuses conditions of another size, or for another number of texts."""
        if condition.shape != (texts, self.condition_size):
            wanted = (texts, self.condition_size)
            raise ValueError(f"the condition of {texts} texts is {wanted}, not {condition.shape}")


def _first(state: Any) -> Any:
    """Given: h, of a state that is h alone (RNN, GRU) or a tuple that starts with it (LSTM)."""
    return state[0] if isinstance(state, tuple) else state


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: refuses ids that no row of the embedding belongs to."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, found = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {found}")
