"""A conditional language model, a decoder (CS224n lecture 6, section 3.6)."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel
from framework.models.parts import part


class ConditionalLM(LanguageModel):
    """A recurrent language model whose text depends on a condition c, a vector for each text.

    Arguments of its methods are not modified.

    Args:
        vocabulary_size, condition_size, embedding_size, hidden_size: V, K, E and H.
        cell: registered name of the recurrent layer; "rnn" is yours. Its state may be a tuple with
            h as its first part. Pass states to it by position: cells name them differently.

    Parameters: embedding `(V, E)`, W_0 `(K, H)`, W_c `(K, E)`, those of the cell as cell.NAME,
    U `(H, V)`, b_2 `(V,)`.
    Attribute `state`: the cell's state after the last token that `forward` read.
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
        """Return the logits `(N, T, V)`: those at t predict x_{t+1}. Keep the cell's last state.

        Args:
            tokens: ids, `(N, T)` integers.
            condition: c, `(N, K)`, one for each text.
            state: the cell's state after an earlier piece of the texts; None: the texts start here.

        Raises:
            IndexError: an id is outside 0 ... V−1.
            ValueError: `condition` is not `(N, K)`.
        """
        # TODO: set the initial state, add the condition at every step, compute the logits
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> Array:
        """Add all gradients for `grad_logits: (N, T, V)`; return that of the condition `(N, K)`."""
        # TODO: as in a language model; then the two places where the condition is used
        raise NotImplementedError

    def initial_state(self, batch_size: int, condition: Array | None = None) -> tuple[Any, Array]:
        """Return the state before the first token: the cell's initial state, and c.

        Args:
            condition: c, `(N, K)`; None: zeros.

        Raises: ValueError if `condition` is not `(N, K)`.
        """
        # TODO: your code here
        raise NotImplementedError

    def next_log_probabilities(
        self, tokens: Array, state: tuple[Any, Array]
    ) -> tuple[Array, tuple[Any, Array]]:
        """Read one token of each text `(N,)`; return log P `(N, V)` of the next, and the state."""
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
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
