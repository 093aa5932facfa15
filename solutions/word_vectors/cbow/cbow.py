"""CBOW: learn word vectors by predicting a word from its context (CS224n lecture 1, 2.2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.interfaces import Array, Model


def context_windows(tokens: Sequence[int] | Array, window: int) -> tuple[Array, Array]:
    """Return the context of each position of a text; columns are j = −m ... −1, 1 ... m.

    Args:
        tokens: the ids w_1 ... w_T of the text `(T,)`.
        window: m ≥ 1; it may be larger than T.

    Returns: ids `(T, 2m)` integers, 0 outside of the text; and a mask `(T, 2m)` bool, False there.
    """
    # BEGIN SOLUTION
    words = np.asarray(tokens, dtype=np.int64)
    offsets = np.array([j for j in range(-window, window + 1) if j != 0])
    places = np.arange(len(words))[:, None] + offsets  # (T, 2m)
    inside = (places >= 0) & (places < len(words))
    ids = np.zeros(places.shape, dtype=np.int64)
    ids[inside] = words[places[inside]]
    return ids, inside
    # END SOLUTION


class CBOW(Model):
    """The model of all scores u_cᵀ v̄ of centre words c for a batch of contexts with mean v̄.

    Parameters: `context_vectors (V, d)` with rows v_o, `center_vectors (V, d)` = U with rows u_c;
    drawn from a normal distribution with standard deviation 0.1. d is `dimension`.
    """

    def __init__(self, vocabulary_size: int, dimension: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        shape = (vocabulary_size, dimension)
        self.add_parameter("context_vectors", rng.normal(scale=0.1, size=shape))
        self.add_parameter("center_vectors", rng.normal(scale=0.1, size=shape))

    def forward(self, contexts: Array, mask: Array) -> Array:
        """Return the scores `(N, V)` of all words as the centre of each context.

        Args:
            contexts: ids `(N, C)`.
            mask: `(N, C)` bool, False where there is no word: the id there does not matter.
        """
        # BEGIN SOLUTION: the share of each place in the mean, then two products
        self.contexts = np.array(contexts)
        self.shares = mask / np.maximum(mask.sum(axis=1, keepdims=True), 1)  # (N, C)
        vectors = self.parameters["context_vectors"][self.contexts]  # (N, C, d)
        self.mean = (self.shares[:, :, None] * vectors).sum(axis=1)  # v̄ (N, d)
        return self.mean @ self.parameters["center_vectors"].T
        # END SOLUTION

    def backward(self, grad_scores: Array) -> None:
        """Add the gradients for `grad_scores: (N, V)`; a word gets the sum over all its places."""
        # BEGIN SOLUTION: each word of a context gets its share of the gradient of v̄
        # S = v̄ Uᵀ: ∂J/∂v̄ = G U, ∂J/∂U = Gᵀ v̄; v̄ = Σ share v: ∂J/∂v = share ∂J/∂v̄
        grad_mean = grad_scores @ self.parameters["center_vectors"]  # (N, d)
        shared = self.shares[:, :, None] * grad_mean[:, None]  # (N, C, d)
        np.add.at(self.gradients["context_vectors"], self.contexts, shared)
        self.gradients["center_vectors"] += grad_scores.T @ self.mean
        # END SOLUTION

    def negative_log_likelihood(self, tokens: Sequence[int] | Array, window: int) -> float:
        """Return J(θ) of the text `tokens: (T,)`, T ≥ 1: the mean over its positions."""
        # BEGIN SOLUTION
        scores = self.forward(*context_windows(tokens, window))
        scores -= scores.max(axis=1, keepdims=True)
        log_P = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return -float(log_P[np.arange(len(tokens)), tokens].mean())
        # END SOLUTION
