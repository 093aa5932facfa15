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
        # TODO: the words before, then the windows of n words (N, T, n), then two layers
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, T, V)`; a word gets the sum of its windows."""
        # TODO: U and b_2, through tanh, W and b_1, then the rows of the embedding
        raise NotImplementedError

    def initial_state(self, batch_size: int) -> Array:
        """Return the state at the start of a text: `(batch_size, n − 1)` times V."""
        # TODO: your code here
        raise NotImplementedError

    def next_log_probabilities(self, tokens: Array, state: Array) -> tuple[Array, Array]:
        """Read one word of each text `(N,)`; return log P `(N, V)` of the next, and the state."""
        # TODO: forward with T = 1, then a log softmax that is stable for large scores
        raise NotImplementedError
