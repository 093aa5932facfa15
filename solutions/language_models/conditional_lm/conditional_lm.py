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
        # BEGIN SOLUTION: set the initial state, add the condition at every step, compute the logits
        _check_ids(tokens, self.vocabulary_size)
        self._check_condition(condition, len(tokens))
        self._tokens, self._condition, self._starts = tokens, condition, state is None
        if state is None:
            state = self._first_state(condition)
        self._h_0 = _first(state)
        about = condition @ self.parameters["W_c"]
        e = self.parameters["embedding"][tokens] + about[:, None]
        self._h = self.cell.forward(e, state)
        self.state = self.cell.state
        # one large product: @ computes a small one for each text, which is slower
        return np.tensordot(self._h, self.parameters["U"], axes=1) + self.parameters["b_2"]
        # END SOLUTION

    def backward(self, grad_logits: Array) -> Array:
        """Add all gradients for `grad_logits: (N, T, V)`; return that of the condition `(N, K)`."""
        # BEGIN SOLUTION: as in a language model; then the two places where the condition is used
        steps = ([0, 1], [0, 1])  # sum over the batch and over time
        self.gradients["U"] += np.tensordot(self._h, grad_logits, axes=steps)
        self.gradients["b_2"] += grad_logits.sum(axis=(0, 1))
        grad_h = np.tensordot(grad_logits, self.parameters["U"].T, axes=1)  # one product, as above
        grad_e, grad_state = self.cell.backward(grad_h)
        np.add.at(self.gradients["embedding"], self._tokens, grad_e)  # += would drop repeated ids
        # e_t = embedding[x_t] + c W_c at every step; h_0 = tanh(c W_0) with tanh' = 1 − h_0²
        grad_about = grad_e.sum(axis=1)
        self.gradients["W_c"] += self._condition.T @ grad_about
        grad_condition = grad_about @ self.parameters["W_c"].T
        if self._starts:
            grad_a = (1 - self._h_0**2) * _first(grad_state)
            self.gradients["W_0"] += self._condition.T @ grad_a
            grad_condition += grad_a @ self.parameters["W_0"].T
        return grad_condition
        # END SOLUTION

    def initial_state(self, batch_size: int, condition: Array | None = None) -> tuple[Any, Array]:
        """Return the state before the first token: the cell's initial state, and c.

        Args:
            condition: c, `(N, K)`; None: zeros.

        Raises: ValueError if `condition` is not `(N, K)`.
        """
        # BEGIN SOLUTION
        if condition is None:
            condition = np.zeros((batch_size, self.condition_size), self.parameters["U"].dtype)
        self._check_condition(condition, batch_size)
        return self._first_state(condition), condition
        # END SOLUTION

    def next_log_probabilities(
        self, tokens: Array, state: tuple[Any, Array]
    ) -> tuple[Array, tuple[Any, Array]]:
        """Read one token of each text `(N,)`; return log P `(N, V)` of the next, and the state."""
        # BEGIN SOLUTION: forward with T = 1, then a log softmax that is stable for large scores
        cell_state, condition = state
        logits = self.forward(tokens[:, None], condition, cell_state)[:, 0]
        logits -= logits.max(axis=-1, keepdims=True)  # exp of large scores would overflow
        log_probabilities = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        return log_probabilities, (self.state, condition)
        # END SOLUTION

    # BEGIN SOLUTION: optional helpers
    def _first_state(self, condition: Array) -> Any:
        """Return the cell's initial state, computed from the condition."""
        return self._cell_state(np.tanh(condition @ self.parameters["W_0"]))

    # END SOLUTION
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
