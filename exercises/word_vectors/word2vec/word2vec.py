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
    # TODO: your code here
    raise NotImplementedError


def log_softmax(scores: Array) -> Array:
    """Return the log softmax over the last axis of `scores: (..., V)`. Not graded by itself."""
    # TODO: the same shift by the maximum as in softmax
    raise NotImplementedError


def softmax(scores: Array) -> Array:
    """Return the softmax over the last axis of `scores: (..., V)`, for scores as large as ±1e4."""
    # TODO: your code here
    raise NotImplementedError


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
    # TODO: your code here
    raise NotImplementedError


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
        # TODO: look the vectors up, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_scores: Array) -> None:
        """Add the gradients for `grad_scores: (N, V)`; a word gets the sum over all its places."""
        # TODO: add into self.gradients["center_vectors"] and ["outside_vectors"]
        raise NotImplementedError

    def negative_log_likelihood(self, tokens: Sequence[int] | Array, window: int) -> float:
        """Return J(θ) of the text `tokens: (T,)` with the window m: a mean over its T positions."""
        # TODO: your code here
        raise NotImplementedError

    def likelihood(self, tokens: Sequence[int] | Array, window: int) -> float:
        """Return L(θ) of the text `tokens: (T,)` with the window m; 0 where it underflows."""
        # TODO: J(θ) is −1/T log L(θ)
        raise NotImplementedError
