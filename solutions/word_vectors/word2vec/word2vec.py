"""word2vec, the skip-gram: learn word vectors by predicting the words around each word.

Symbols: c is a centre word with vector v_c, and o an outside word with vector u_o. Both vectors
have dimension d. V is the vocabulary size, T the length of the text, m the window.

Source: CS224n lecture 1, sections 2 to 4; Mikolov et al. 2013.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.interfaces import Array, Model


def context_pairs(tokens: Sequence[int] | Array, window: int) -> tuple[Array, Array]:
    """Return all (centre, outside) pairs of a text: w_t with w_{t+j}, −m ≤ j ≤ m, j ≠ 0.

    Positions t + j outside 1 ... T are left out, so words near the ends have fewer neighbours. The
    pairs are ordered by t, then by j from −m to m.

    Args:
        tokens: the ids w_1 ... w_T of the text `(T,)`.
        window: m ≥ 1; it may be larger than T.

    Returns:
        centre ids and outside ids, two integer arrays `(P,)`, where P is the number of pairs.
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
    """Return log softmax(x) = x − log Σ_j exp(x_j) over the last axis of `scores: (..., V)`.

    This is a helper for the losses below and is not graded by itself. It stays finite where the
    probability itself is rounded to 0.
    """
    # BEGIN SOLUTION: the same shift by the maximum as in softmax
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    # END SOLUTION


def softmax(scores: Array) -> Array:
    """Return p_i = exp(x_i) / Σ_j exp(x_j) over the last axis.

    Args:
        scores: x `(..., V)`, as large as ±1e4. A constant added to all scores does not change the
            probabilities: choose it so that exp cannot overflow.

    Returns:
        probabilities `(..., V)` that sum to 1 over the last axis.
    """
    # BEGIN SOLUTION
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
    # END SOLUTION


def naive_softmax(
    center: Array, outside_id: int, outside_vectors: Array
) -> tuple[float, Array, Array]:
    """Return the loss −log P(o|c) of one pair and its gradients.

    P(w|c) = exp(u_wᵀ v_c) / Σ_k exp(u_kᵀ v_c). With y the one-hot vector of o:
        ∂loss/∂v_c = Σ_w (P(w|c) − y_w) u_w        ∂loss/∂u_w = (P(w|c) − y_w) v_c for every w

    Args:
        center: v_c `(d,)`.
        outside_id: o, the row of the outside word.
        outside_vectors: all u_w, `(V, d)`, one word per row.

    Returns:
        the loss (a float, finite even where P(o|c) is rounded to 0), ∂loss/∂v_c `(d,)` and the
        gradient of all outside vectors `(V, d)`.
    """
    # BEGIN SOLUTION
    log_P = log_softmax(outside_vectors @ center)  # (V,)
    error = np.exp(log_P)
    error[outside_id] -= 1.0  # P − y
    return -float(log_P[outside_id]), error @ outside_vectors, np.outer(error, center)
    # END SOLUTION


class SkipGram(Model):
    """Scores of all outside words for each centre word: scores = v_c Uᵀ, P(·|c) = softmax(scores).

    Args:
        vocabulary_size: V.
        dimension: d.
        rng: draws the parameters from a normal distribution with standard deviation 0.1.

    Parameters: `center_vectors (V, d)` with rows v_w, `outside_vectors (V, d)` = U with rows u_w.
    """

    def __init__(self, vocabulary_size: int, dimension: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        shape = (vocabulary_size, dimension)
        self.add_parameter("center_vectors", rng.normal(scale=0.1, size=shape))
        self.add_parameter("outside_vectors", rng.normal(scale=0.1, size=shape))

    def forward(self, center_ids: Array) -> Array:
        """Return the scores u_wᵀ v_c `(N, V)` for the centre words `center_ids: (N,)`."""
        # BEGIN SOLUTION: look the vectors up, and keep what backward needs
        self.center_ids = np.array(center_ids)
        self.v_c = self.parameters["center_vectors"][self.center_ids]  # (N, d)
        return self.v_c @ self.parameters["outside_vectors"].T
        # END SOLUTION

    def backward(self, grad_scores: Array) -> None:
        """Add the gradients of both parameters. The ids have no gradient.

        A word that occurs several times in `center_ids` receives the sum of its gradients.

        Args:
            grad_scores: gradient of a scalar with respect to the scores `(N, V)`.
        """
        # BEGIN SOLUTION: add into self.gradients["center_vectors"] and ["outside_vectors"]
        grad_v_c = grad_scores @ self.parameters["outside_vectors"]  # (N, d)
        # An indexed += would keep only the last of a repeated id's contributions.
        np.add.at(self.gradients["center_vectors"], self.center_ids, grad_v_c)
        self.gradients["outside_vectors"] += grad_scores.T @ self.v_c
        # END SOLUTION

    def negative_log_likelihood(self, tokens: Sequence[int] | Array, window: int) -> float:
        """Return J(θ) = −1/T Σ_t Σ_{−m≤j≤m, j≠0} log P(w_{t+j} | w_t), for t + j in 1 ... T.

        Args:
            tokens: the ids of the text `(T,)`. The mean is over its T positions, not over pairs.
            window: m.
        """
        # BEGIN SOLUTION
        center_ids, outside_ids = context_pairs(tokens, window)
        scores = self.parameters["center_vectors"] @ self.parameters["outside_vectors"].T
        log_P = log_softmax(scores)  # (V, V): row c holds log P(·|c)
        return -float(log_P[center_ids, outside_ids].sum()) / len(tokens)
        # END SOLUTION

    def likelihood(self, tokens: Sequence[int] | Array, window: int) -> float:
        """Return L(θ) = Π_t Π_{−m≤j≤m, j≠0} P(w_{t+j} | w_t), for t + j in 1 ... T.

        The product is below the smallest float64 for texts of a few hundred words: it is 0 there.

        Args:
            tokens: the ids of the text `(T,)`.
            window: m.
        """
        # BEGIN SOLUTION: J(θ) is −1/T log L(θ)
        return float(np.exp(-len(tokens) * self.negative_log_likelihood(tokens, window)))
        # END SOLUTION
