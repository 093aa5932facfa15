"""A language model as a table, whose expected loss is known exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel


class MarkovModel(LanguageModel):
    """P(w | the two words before), from a table.

    Args:
        transitions: `(V, V, V)`: entry u, v, w is P(w | u v). Before the first word of a text
            stands word 0.

    Raises:
        ValueError: a row of the table is no distribution.
    """

    def __init__(self, transitions: Array) -> None:
        super().__init__()
        if not (np.allclose(transitions.sum(axis=-1), 1) and (transitions >= 0).all()):
            raise ValueError("every row of the table must be a distribution")
        self.transitions = transitions
        with np.errstate(divide="ignore"):
            self._logs = np.log(transitions)

    @classmethod
    def random(
        cls, vocabulary_size: int, *, rng: np.random.Generator, scale: float = 1.5
    ) -> MarkovModel:
        """Return a softmax of normal scores with standard deviation `scale`."""
        scores = np.exp(rng.normal(scale=scale, size=(vocabulary_size,) * 3))
        return cls(scores / scores.sum(axis=-1, keepdims=True))

    def initial_state(self, batch_size: int) -> Array:
        """Word 0, `(batch_size,)`."""
        return np.zeros(batch_size, dtype=np.int64)

    def next_log_probabilities(self, tokens: Any, state: Any) -> tuple[Array, Array]:
        """Return what follows `state` and `tokens`, both `(N,)`; the state after that is `tokens`.

        Raises:
            ValueError: one of them holds no ids, or their shapes differ.
        """
        last, before = self._ids(tokens, "tokens"), self._ids(state, "the state")
        if last.shape != before.shape:
            raise ValueError(f"{last.shape} tokens do not go with a state of {before.shape}")
        return self._logs[before, last].copy(), last.copy()

    def _ids(self, values: Any, what: str) -> Array:
        array = np.asarray(values)
        if array.dtype.kind not in "iu" or array.ndim != 1 or isinstance(values, list | tuple):
            received = f"{type(values).__name__} of {array.dtype} {array.shape}"
            raise ValueError(f"{what} must be an array of ids (N,), not a {received}")
        if array.size and not 0 <= array.min() <= array.max() < len(self.transitions):
            raise ValueError(f"{what} must lie in 0 ... {len(self.transitions) - 1}")
        return array
