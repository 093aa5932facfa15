"""CBOW, the continuous bag of words: learn word vectors by predicting a word from its context.

Symbols: o is a word of the context with vector v_o, and c the centre word with vector u_c. Both
vectors have dimension d. V is the vocabulary size, T the length of the text, m the window.

Source: CS224n lecture 1, section 2.2; Mikolov et al., "Efficient Estimation of Word
Representations in Vector Space" (2013).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.interfaces import Array, Model


def context_windows(tokens: Sequence[int] | Array, window: int) -> tuple[Array, Array]:
    """Return the context of each position t of a text: w_{t+j} for −m ≤ j ≤ m, j ≠ 0.

    Column k of both arrays belongs to the offsets j = −m ... −1, 1 ... m, in this order.

    Args:
        tokens: the ids w_1 ... w_T of the text `(T,)`.
        window: m ≥ 1; it may be larger than T.

    Returns:
        ids `(T, 2m)` integers, 0 where t + j is outside 1 ... T; and a mask `(T, 2m)` bool, True
        where t + j is inside.
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
    """Scores of all centre words for each context: scores = v̄ Uᵀ, P(·|context) = softmax(scores).

    v̄ is the mean of the vectors v_o of the words of the context.

    Args:
        vocabulary_size: V.
        dimension: d.
        rng: draws the parameters from a normal distribution with standard deviation 0.1.

    Parameters: `context_vectors (V, d)` with rows v_o, `center_vectors (V, d)` = U with rows u_c.
    """

    def __init__(self, vocabulary_size: int, dimension: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        shape = (vocabulary_size, dimension)
        self.add_parameter("context_vectors", rng.normal(scale=0.1, size=shape))
        self.add_parameter("center_vectors", rng.normal(scale=0.1, size=shape))

    def forward(self, contexts: Array, mask: Array) -> Array:
        """Return the scores v̄ᵀ u_c `(N, V)` of all words as the centre of each context.

        Args:
            contexts: ids `(N, C)`.
            mask: `(N, C)` bool, False where there is no word: the id there does not matter. The
                mean is over the words that are there; without any word v̄ is 0.
        """
        # BEGIN SOLUTION: the share of each place in the mean, then two products
        self.contexts = np.array(contexts)
        self.shares = mask / np.maximum(mask.sum(axis=1, keepdims=True), 1)  # (N, C)
        vectors = self.parameters["context_vectors"][self.contexts]  # (N, C, d)
        self.mean = (self.shares[:, :, None] * vectors).sum(axis=1)  # v̄ (N, d)
        return self.mean @ self.parameters["center_vectors"].T
        # END SOLUTION

    def backward(self, grad_scores: Array) -> None:
        """Add the gradients of both parameters. Ids and mask have no gradient.

        A word that occurs several times in `contexts` receives the sum of its gradients.

        Args:
            grad_scores: gradient of a scalar with respect to the scores `(N, V)`.
        """
        # BEGIN SOLUTION: each word of a context gets its share of the gradient of v̄
        grad_mean = grad_scores @ self.parameters["center_vectors"]  # (N, d)
        shared = self.shares[:, :, None] * grad_mean[:, None]  # (N, C, d)
        np.add.at(self.gradients["context_vectors"], self.contexts, shared)
        self.gradients["center_vectors"] += grad_scores.T @ self.mean
        # END SOLUTION

    def negative_log_likelihood(self, tokens: Sequence[int] | Array, window: int) -> float:
        """Return J(θ) = −1/T Σ_t log P(w_t | its context of 2m words).

        Args:
            tokens: the ids of the text `(T,)`, T ≥ 1.
            window: m.
        """
        # BEGIN SOLUTION
        scores = self.forward(*context_windows(tokens, window))
        scores -= scores.max(axis=1, keepdims=True)
        log_P = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return -float(log_P[np.arange(len(tokens)), tokens].mean())
        # END SOLUTION
