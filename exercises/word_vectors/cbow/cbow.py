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
    # TODO: your code here
    raise NotImplementedError


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
        # TODO: the share of each place in the mean, then two products
        raise NotImplementedError

    def backward(self, grad_scores: Array) -> None:
        """Add the gradients for `grad_scores: (N, V)`; a word gets the sum over all its places."""
        # TODO: each word of a context gets its share of the gradient of v̄
        raise NotImplementedError

    def negative_log_likelihood(self, tokens: Sequence[int] | Array, window: int) -> float:
        """Return J(θ) of the text `tokens: (T,)`, T ≥ 1: the mean over its positions."""
        # TODO: your code here
        raise NotImplementedError
