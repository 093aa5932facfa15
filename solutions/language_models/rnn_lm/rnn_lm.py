"""A language model on a recurrent layer (CS224n lecture 6, sections 2.2 to 2.10)."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel
from framework.models.parts import part


class RecurrentLM(LanguageModel):
    """A language model that predicts each token from the state of a recurrent cell.

    Args:
        vocabulary_size, embedding_size, hidden_size: V, E (of a word vector) and H (of the state).
        cell: registered name of the recurrent layer; "rnn" is yours. It keeps its last state in
            `state`. Pass states to it by position: cells name them differently.

    Parameters: embedding `(V, E)`, those of the cell as cell.NAME, U `(H, V)`, b_2 `(V,)`.
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

    def forward(self, tokens: Array, state: Any = None) -> Array:
        """Return the logits `(N, T, V)`: those at t predict x_{t+1}. Keep the cell's last state.

        Args:
            tokens: ids, `(N, T)` integers.
            state: the state before the first token, in the form of `self.state`; None: a new text.

        Raises: IndexError if an id is outside 0 ... V−1.
        """
        # BEGIN SOLUTION: look up the vectors, run self.cell, keep self.state, compute the logits
        _check_ids(tokens, self.vocabulary_size)
        self._tokens = tokens
        self._h = self.cell.forward(self.parameters["embedding"][tokens], state)
        self.state = self.cell.state  # for some cells the state is more than h_T
        # one large product: @ computes a small one for each text, which is slower
        return np.tensordot(self._h, self.parameters["U"], axes=1) + self.parameters["b_2"]
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, T, V)`; a token gets the sum of its places."""
        # BEGIN SOLUTION: U and b_2, then self.cell.backward, then the rows of the embedding
        # logits = h U + b_2: ∂J/∂U = Σ hᵀ g, ∂J/∂h = g Uᵀ; e_t is the row x_t of the embedding
        steps = ([0, 1], [0, 1])  # sum over the batch and over time
        self.gradients["U"] += np.tensordot(self._h, grad_logits, axes=steps)
        self.gradients["b_2"] += grad_logits.sum(axis=(0, 1))
        grad_h = np.tensordot(grad_logits, self.parameters["U"].T, axes=1)  # one product, as above
        grad_e, _ = self.cell.backward(grad_h)
        np.add.at(self.gradients["embedding"], self._tokens, grad_e)  # += would drop repeated ids
        # END SOLUTION

    def initial_state(self, batch_size: int) -> Any:
        """Return the cell's initial state; for "rnn" zeros `(batch_size, H)`."""
        # BEGIN SOLUTION
        return self.cell.initial_state(batch_size)
        # END SOLUTION

    def next_log_probabilities(self, tokens: Array, state: Any) -> tuple[Array, Any]:
        """Read one token of each text `(N,)`; return log P `(N, V)` of the next, and the state."""
        # BEGIN SOLUTION: forward with T = 1, then a log softmax that is stable for large scores
        logits = self.forward(tokens[:, None], state)[:, 0]
        logits -= logits.max(axis=-1, keepdims=True)  # exp of large scores would overflow
        return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True)), self.state
        # END SOLUTION


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an IndexError for ids outside 0 ... V−1."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
