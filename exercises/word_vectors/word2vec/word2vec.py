"""word2vec, the skip-gram: learn the vectors of words by predicting the words around them.

Symbols: c is a centre word and v_c its vector, o an outside word and u_o its vector, both of
dimension d; V is the size of the vocabulary, T the length of the text, m the window.

Source: CS224n lecture 1, sections 2 to 4; Mikolov et al. 2013.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.interfaces import Array, Model


def context_pairs(tokens: Sequence[int] | Array, window: int) -> tuple[Array, Array]:
    """Every (centre, outside) pair of a text: w_t with w_{t+j}, −m ≤ j ≤ m, j ≠ 0.

    Positions outside the text have no words, so words near its ends have fewer neighbours. The
    pairs are ordered by t, then by j from −m to m.

    Args:
        tokens: the ids w_0 ... w_{T−1} of the text `(T,)`.
        window: m ≥ 1; it may exceed the text.

    Returns:
        centre ids and outside ids, two integer arrays `(P,)`, where P is the number of pairs.
    """
    # TODO: your code here
    raise NotImplementedError


def log_softmax(scores: Array) -> Array:
    """log softmax(x) = x − log Σ_j exp(x_j) over the last axis of `scores: (..., V)`.

    Not graded by itself: a helper for the losses below. The logarithm of a probability that was
    rounded to 0 would be −∞; this form never rounds it.
    """
    # TODO: the same shift by the maximum as in softmax
    raise NotImplementedError


def softmax(scores: Array) -> Array:
    """p_i = exp(x_i) / Σ_j exp(x_j) over the last axis.

    Args:
        scores: x `(..., V)`, as large as ±1e4. A constant added to all scores changes no
            probability: choose it so that exp cannot overflow.

    Returns:
        probabilities `(..., V)` that sum to 1 over the last axis.
    """
    # TODO: your code here
    raise NotImplementedError


def naive_softmax(
    center: Array, outside_id: int, outside_vectors: Array
) -> tuple[float, Array, Array]:
    """Loss of one pair and its gradients: −log P(o|c), P(w|c) = exp(u_wᵀ v_c) / Σ_k exp(u_kᵀ v_c).

    With y the one-hot vector of o:
        ∂loss/∂v_c = Σ_w (P(w|c) − y_w) u_w        ∂loss/∂u_w = (P(w|c) − y_w) v_c for every w

    Args:
        center: v_c `(d,)`.
        outside_id: o, the row of the word that was seen.
        outside_vectors: all u_w, `(V, d)`, one word per row.

    Returns:
        loss (a float, finite even where P(o|c) is rounded to 0), ∂loss/∂v_c `(d,)` and the
        gradient of all outside vectors `(V, d)`.
    """
    # TODO: your code here
    raise NotImplementedError


class SkipGram(Model):
    """Scores of all outside words for each centre word: scores = v_c Uᵀ, P(·|c) = softmax(scores).

    Args:
        vocabulary_size: V.
        dimension: d.
        rng: draws the parameters, small and normal.

    Parameters: `center_vectors (V, d)` with rows v_w, `outside_vectors (V, d)` = U with rows u_w.
    """

    def __init__(self, vocabulary_size: int, dimension: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        shape = (vocabulary_size, dimension)
        self.add_parameter("center_vectors", rng.normal(scale=0.1, size=shape))
        self.add_parameter("outside_vectors", rng.normal(scale=0.1, size=shape))

    def forward(self, center_ids: Array) -> Array:
        """Return the scores u_wᵀ v_c `(N, V)` for the centre words `center_ids: (N,)`."""
        # TODO: look the vectors up, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_scores: Array) -> None:
        """Add the gradients of both parameters; the ids, being no numbers, get none.

        A word that stands several times in `center_ids` receives the sum of its gradients.

        Args:
            grad_scores: gradient of a scalar with respect to the scores `(N, V)`.
        """
        # TODO: add into self.gradients["center_vectors"] and ["outside_vectors"]
        raise NotImplementedError

    def negative_log_likelihood(self, tokens: Sequence[int] | Array, window: int) -> float:
        """J(θ) = −1/T Σ_t Σ_{−m≤j≤m, j≠0} log P(w_{t+j} | w_t), where positions outside drop out.

        Args:
            tokens: the text, ids `(T,)`. The mean is over its T positions, not over the pairs.
            window: m.
        """
        # TODO: your code here
        raise NotImplementedError
