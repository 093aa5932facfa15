"""word2vec, the skip-gram: learn word vectors from contexts (CS224n lecture 1, sections 2 to 4)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.interfaces import Array, Model


def context_pairs(tokens: Sequence[int] | Array, window: int) -> tuple[Array, Array]:
    """Return all pairs of a centre word and an outside word, by position t, then by offset j.

    Args:
        tokens: the ids w_1 ... w_T of the text `(T,)`.
        window: m ≥ 1; it may be larger than T.

    Returns: centre ids and outside ids, two integer arrays `(P,)`, where P is the number of pairs.
    """
    # BEGIN SOLUTION
    tokens = np.asarray(tokens, dtype=np.int64)
    t = np.arange(len(tokens))[:, None]  # (T, 1)
    j = np.array([j for j in range(-window, window + 1) if j != 0])  # (2m,)
    inside = (t + j >= 0) & (t + j < len(tokens))  # (T, 2m), read row by row: by t, then by j
    t, j = np.broadcast_arrays(t, j)
    return tokens[t[inside]], tokens[(t + j)[inside]]
    # END SOLUTION


def log_softmax(scores: Array) -> Array:
    """Return the log softmax over the last axis of `scores: (..., V)`. Not graded by itself."""
    # BEGIN SOLUTION: the same shift by the maximum as in softmax
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    # END SOLUTION


def softmax(scores: Array) -> Array:
    """Return the softmax over the last axis of `scores: (..., V)`, for scores as large as ±1e4."""
    # BEGIN SOLUTION
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
    # END SOLUTION


def naive_softmax(
    center: Array, outside_id: int, outside_vectors: Array
) -> tuple[float, Array, Array]:
    """Return the loss −log P(o|c) of one pair, and its gradients.

    Args:
        center: v_c `(d,)`.
        outside_id: o, the row of the outside word.
        outside_vectors: all u_w, `(V, d)`, a row for each word.

    Returns: the loss (a float, finite even where P(o|c) is rounded to 0), the gradient of v_c
        `(d,)`, and that of all outside vectors `(V, d)`.
    """
    # BEGIN SOLUTION
    log_P = log_softmax(outside_vectors @ center)  # (V,)
    # loss = log Σ_w exp(x_w) − x_o with x_w = u_wᵀ v_c, so ∂loss/∂x = P − y: the error
    error = np.exp(log_P)
    error[outside_id] -= 1.0  # P − y
    return -float(log_P[outside_id]), error @ outside_vectors, np.outer(error, center)
    # END SOLUTION


class SkipGram(Model):
    """The model of all scores u_wᵀ v_c of outside words w for a batch of centre words c.

    Parameters: `center_vectors (V, d)` with rows v_w, `outside_vectors (V, d)` = U with rows u_w;
    drawn from a normal distribution with standard deviation 0.1. d is `dimension`.
    """

    def __init__(self, vocabulary_size: int, dimension: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        shape = (vocabulary_size, dimension)
        self.add_parameter("center_vectors", rng.normal(scale=0.1, size=shape))
        self.add_parameter("outside_vectors", rng.normal(scale=0.1, size=shape))

    def forward(self, center_ids: Array) -> Array:
        """Return the scores `(N, V)` for the centre words `center_ids: (N,)`."""
        # BEGIN SOLUTION: look the vectors up, and keep what backward needs
        self.center_ids = np.array(center_ids)
        self.v_c = self.parameters["center_vectors"][self.center_ids]  # (N, d)
        return self.v_c @ self.parameters["outside_vectors"].T
        # END SOLUTION

    def backward(self, grad_scores: Array) -> None:
        """Add the gradients for `grad_scores: (N, V)`; a word gets the sum over all its places."""
        # BEGIN SOLUTION: add into self.gradients["center_vectors"] and ["outside_vectors"]
        # S = v_c Uᵀ: ∂J/∂v_c = G U, ∂J/∂U = Gᵀ v_c
        grad_v_c = grad_scores @ self.parameters["outside_vectors"]  # (N, d)
        # An indexed += would keep only the last of a repeated id's contributions.
        np.add.at(self.gradients["center_vectors"], self.center_ids, grad_v_c)
        self.gradients["outside_vectors"] += grad_scores.T @ self.v_c
        # END SOLUTION

    def negative_log_likelihood(self, tokens: Sequence[int] | Array, window: int) -> float:
        """Return J(θ) of the text `tokens: (T,)` with the window m: a mean over its T positions."""
        # BEGIN SOLUTION
        center_ids, outside_ids = context_pairs(tokens, window)
        scores = self.parameters["center_vectors"] @ self.parameters["outside_vectors"].T
        log_P = log_softmax(scores)  # (V, V): row c holds log P(·|c)
        return -float(log_P[center_ids, outside_ids].sum()) / len(tokens)
        # END SOLUTION

    def likelihood(self, tokens: Sequence[int] | Array, window: int) -> float:
        """Return L(θ) of the text `tokens: (T,)` with the window m; 0 where it underflows."""
        # BEGIN SOLUTION: J(θ) is −1/T log L(θ)
        return float(np.exp(-len(tokens) * self.negative_log_likelihood(tokens, window)))
        # END SOLUTION
