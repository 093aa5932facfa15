"""A language model with gated layers, and its accuracy in agreement (CS224n lecture 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from framework.interfaces import Array, LanguageModel
from framework.models.parts import part


class GatedLM(LanguageModel):
    """ŷₜ = softmax(hₜ U + b), with the states hₜ of the highest of several gated layers.

    Args:
        vocabulary_size, embedding_size, hidden_size: V, E and H.
        cell: registered name of a recurrent layer: "lstm", "gru", "rnn", ...
        layers: number of recurrent layers, combined by your `Stacked`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        hidden_size: int,
        cell: str = "lstm",
        layers: int = 1,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size = V
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        # TODO: the lowest layer reads vectors of size E, all others states of size H
        raise NotImplementedError
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, V)))
        self.add_parameter("b", np.zeros(V))

    def forward(self, tokens: Array, state: Any = None) -> Array:
        """Return logits `(N, T, V)` for ids `(N, T)`; softmax of logits[:, t] predicts xₜ₊₁.

        Starts from `state`, or from zeros, and keeps the last states in `self.state`.

        Raises: IndexError if an id is outside 0 ... V−1. (In NumPy, −1 is the last row.)
        """
        if tokens.size and not 0 <= tokens.min() <= tokens.max() < self.vocabulary_size:
            bounds, actual = (
                f"0 ... {self.vocabulary_size - 1}",
                f"{tokens.min()} ... {tokens.max()}",
            )
            raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
        # TODO: look up the vectors, run self.cell, keep its state, compute the logits
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> None:
        """Add all parameters' gradients. grad_logits `(N, T, V)` is not modified."""
        # TODO: U and b, then self.cell.backward, then the rows of the embedding
        raise NotImplementedError

    def initial_state(self, batch_size: int) -> Any:
        """Return the states of all layers before the first token."""
        # TODO: your code here
        raise NotImplementedError

    def next_log_probabilities(self, tokens: Array, state: Any) -> tuple[Array, Any]:
        """Read one token of each text `(N,)`; return log ŷ `(N, V)` of the next, and the state."""
        # TODO: forward with T = 1, then a log softmax that is stable for large scores
        raise NotImplementedError


def agreement_accuracy(
    model: LanguageModel,
    prefixes: Sequence[Array],
    right: Array,
    wrong: Array,
    distances: Array,
) -> dict[int, float]:
    """Return distance -> share of items with P(right | prefix) > P(wrong | prefix), sorted.

    Args:
        model: any language model.
        prefixes: M arrays of ids, the words before each verb, of different lengths.
        right, wrong: the form that agrees with the subject, and the other one, ids `(M,)`.
        distances: between subject and verb, `(M,)` integers.

    Raises: ValueError for an empty prefix, or different numbers of items.
    """
    counts = {len(prefixes), len(right), len(wrong), len(distances)}
    if len(counts) > 1 or any(not len(prefix) for prefix in prefixes):
        raise ValueError("every item needs a prefix, a right and a wrong form, and a distance")
    # TODO: read each prefix word by word, compare two entries of the last result
    raise NotImplementedError
