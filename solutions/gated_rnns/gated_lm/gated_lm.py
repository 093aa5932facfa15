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
        # BEGIN SOLUTION: the lowest layer reads vectors of size E, all others states of size H
        sizes = [E] + [H] * (layers - 1)
        stack = part("stacked")([part(cell)(size, H, rng=rng) for size in sizes])
        self.cell: Any = self.add_child("cell", stack)
        # END SOLUTION
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
        # BEGIN SOLUTION: look up the vectors, run self.cell, keep its state, compute the logits
        self._tokens = tokens
        self._h = self.cell.forward(self.parameters["embedding"][tokens], state)
        self.state = self.cell.state
        # one large product: @ computes a small one for each text, which is slower
        return np.tensordot(self._h, self.parameters["U"], axes=1) + self.parameters["b"]
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all parameters' gradients. grad_logits `(N, T, V)` is not modified."""
        # BEGIN SOLUTION: U and b, then self.cell.backward, then the rows of the embedding
        steps = ([0, 1], [0, 1])  # sum over the batch and over time
        self.gradients["U"] += np.tensordot(self._h, grad_logits, axes=steps)
        self.gradients["b"] += grad_logits.sum(axis=(0, 1))
        grad_h = np.tensordot(grad_logits, self.parameters["U"].T, axes=1)  # one product, as above
        grad_e, _ = self.cell.backward(grad_h)
        np.add.at(self.gradients["embedding"], self._tokens, grad_e)
        # END SOLUTION

    def initial_state(self, batch_size: int) -> Any:
        """Return the states of all layers before the first token."""
        # BEGIN SOLUTION
        return self.cell.initial_state(batch_size)
        # END SOLUTION

    def next_log_probabilities(self, tokens: Array, state: Any) -> tuple[Array, Any]:
        """Read one token of each text `(N,)`; return log ŷ `(N, V)` of the next, and the state."""
        # BEGIN SOLUTION: forward with T = 1, then a log softmax that is stable for large scores
        logits = self.forward(tokens[:, None], state)[:, 0]
        logits -= logits.max(axis=-1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True)), self.state
        # END SOLUTION


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
    # BEGIN SOLUTION: read each prefix word by word, compare two entries of the last result
    is_right = np.empty(len(prefixes), dtype=bool)
    for m, prefix in enumerate(prefixes):
        state = model.initial_state(1)
        for token in prefix:
            log_probabilities, state = model.next_log_probabilities(np.array([token]), state)
        is_right[m] = log_probabilities[0, right[m]] > log_probabilities[0, wrong[m]]
    return {int(d): float(is_right[distances == d].mean()) for d in np.unique(distances)}
    # END SOLUTION
