"""A language model with a fixed window (CS224n lecture 6, sections 1.13 to 1.15)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, LanguageModel


class WindowLM(LanguageModel):
    """A neural language model that predicts the next word from the last n words.

    Args:
        vocabulary_size, embedding_size, hidden_size: V, E (of a word vector) and H.
        window: n, the number of words that a prediction depends on.
        direct: whether there are direct connections from the vectors to the output.

    Parameters: embedding `(V + 1, E)`, W `(n E, H)`, b_1 `(H,)`, U `(H, V)`, b_2 `(V,)`; with
    `direct` W_direct `(n E, V)`. Row V of the embedding is for places before the start of a text.
    Attribute `state`: the last n − 1 words that `forward` read, `(N, n − 1)`.
    Raises: ValueError if the window is below 1.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        window: int = 4,
        *,
        direct: bool = False,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if window < 1:
            raise ValueError(f"a window holds at least one word, not {window}")
        V, E, H, n = vocabulary_size, embedding_size, hidden_size, window
        self.vocabulary_size, self.window, self.direct = V, n, direct
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V + 1, E)))
        self.add_parameter("W", rng.normal(scale=(n * E) ** -0.5, size=(n * E, H)))
        self.add_parameter("b_1", np.zeros(H))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b_2", np.zeros(V))
        if direct:
            self.add_parameter("W_direct", rng.normal(scale=(n * E) ** -0.5, size=(n * E, V)))

    def forward(self, tokens: Array, state: Array | None = None) -> Array:
        """Return the logits `(N, T, V)`: those at t predict x_{t+1}. Keep `state`.

        Args:
            tokens: ids, `(N, T)` integers.
            state: the n − 1 words before them, `(N, n − 1)`; None: the texts start here.

        Raises: IndexError if an id is outside 0 ... V−1.
        """
        if tokens.size and not 0 <= tokens.min() <= tokens.max() < self.vocabulary_size:
            bounds, actual = (
                f"0 ... {self.vocabulary_size - 1}",
                f"{tokens.min()} ... {tokens.max()}",
            )
            raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
        # BEGIN SOLUTION: the words before, then the windows of n words (N, T, n), then two layers
        N, T = tokens.shape
        before = self.initial_state(N) if state is None else state
        text = np.concatenate([before, tokens], axis=1)
        self.state = text[:, T:].copy()
        self._windows = np.lib.stride_tricks.sliding_window_view(text, self.window, axis=1)
        self._e = self.parameters["embedding"][self._windows].reshape(N, T, -1)
        self._h = np.tanh(self._e @ self.parameters["W"] + self.parameters["b_1"])
        logits = self._h @ self.parameters["U"] + self.parameters["b_2"]
        if self.direct:
            logits += self._e @ self.parameters["W_direct"]
        return np.asarray(logits)
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, T, V)`; a word gets the sum of its windows."""
        # BEGIN SOLUTION: U and b_2, through tanh, W and b_1, then the rows of the embedding
        # logits = h U + b_2 [+ e W_direct], h = tanh(z) with tanh' = 1 − h², z = e W + b_1
        steps = ([0, 1], [0, 1])  # sum over the batch and over time
        self.gradients["U"] += np.tensordot(self._h, grad_logits, axes=steps)
        self.gradients["b_2"] += grad_logits.sum(axis=(0, 1))
        grad_z = grad_logits @ self.parameters["U"].T * (1 - self._h**2)
        self.gradients["W"] += np.tensordot(self._e, grad_z, axes=steps)
        self.gradients["b_1"] += grad_z.sum(axis=(0, 1))
        grad_e = grad_z @ self.parameters["W"].T
        if self.direct:
            self.gradients["W_direct"] += np.tensordot(self._e, grad_logits, axes=steps)
            grad_e += grad_logits @ self.parameters["W_direct"].T
        grad_vectors = grad_e.reshape(*self._windows.shape, -1)
        np.add.at(self.gradients["embedding"], self._windows, grad_vectors)
        # END SOLUTION

    def initial_state(self, batch_size: int) -> Array:
        """Return the state at the start of a text: `(batch_size, n − 1)` times V."""
        # BEGIN SOLUTION
        return np.full((batch_size, self.window - 1), self.vocabulary_size)
        # END SOLUTION

    def next_log_probabilities(self, tokens: Array, state: Array) -> tuple[Array, Array]:
        """Read one word of each text `(N,)`; return log P `(N, V)` of the next, and the state."""
        # BEGIN SOLUTION: forward with T = 1, then a log softmax that is stable for large scores
        logits = self.forward(tokens[:, None], state)[:, 0]
        logits -= logits.max(axis=-1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True)), self.state
        # END SOLUTION
