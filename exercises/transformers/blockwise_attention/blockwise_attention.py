"""Attention in blocks of keys: its memory grows as the length (Dao et al. 2022)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model

#: Of all keys so far: the largest score, and the sums of exp(e − m) and of exp(e − m) v.
State = tuple[Array, Array, Array]


def add_block(state: State, scores: Array, values: Array) -> State:
    """Return the state after one more block of keys.

    Args:
        state: m `(N, Q, 1)`, s `(N, Q, 1)` and u `(N, Q, E)` of the keys before; −∞, 0 and 0
            before the first key. Not modified.
        scores: e `(N, Q, B)` of the block; −∞ where there is no key. Not modified.
        values: v `(N, B, E)` of the block. Not modified.

    Returns: m, s and u of all keys so far, never NaN.
    """
    # TODO: earlier sums belong to an earlier m
    raise NotImplementedError


class BlockwiseAttention(Model):
    """Attention with the scores q·k / √D, which never holds the scores of all pairs.

    Args:
        block_size: B ≥ 1, the number of keys of a block; the last block may have fewer.
        causal: whether a query reads no later keys. The queries are then the last Q of K words.

    Attributes:
        log_sums: L `(N, Q)` of the last `forward`, log Σ_j exp(e_ij); −∞ without any key.

    Raises: ValueError if `block_size` is below 1.
    """

    log_sums: Array

    def __init__(self, block_size: int, *, causal: bool = False) -> None:
        super().__init__()
        if block_size < 1:
            raise ValueError(f"block_size should be at least 1, but is {block_size}")
        self.block_size, self.causal = block_size, causal

    def block_scores(
        self, queries: Array, keys: Array, start: int, mask: Array | None = None
    ) -> Array:
        """Return the scores `(N, Q, B)` of the block of keys that begins with key `start`.

        Args:
            queries: `(N, Q, D)`. Not modified.
            keys: all keys, `(N, K, D)`. Not modified.
            start: the first key of the block, 0 ≤ start < K.
            mask: bool, `(N, K)`; False where there is no key. None: keys everywhere.

        Returns: scores, −∞ at a key that is masked, or later than the query.
        """
        # TODO: compare positions in the whole text, for the keys of this block only
        raise NotImplementedError

    def forward(
        self, queries: Array, keys: Array, values: Array, mask: Array | None = None
    ) -> Array:
        """Return for each query the mean of the values with its weights, `(N, Q, E)`.

        Args:
            queries: `(N, Q, D)`. Not modified.
            keys: `(N, K, D)`, K ≥ 1. Not modified.
            values: `(N, K, E)`, one for each key. Not modified.
            mask: bool, `(N, K)`; False where there is no key. None: keys everywhere.
                A query without any key gets zeros.

        Raises:
            ValueError: the shapes do not fit.
        """
        _check_shapes(queries, keys, values, mask, self.causal)
        # TODO: block by block, then one division
        raise NotImplementedError

    def backward(self, grad_output: Array) -> tuple[Array, Array, Array]:
        """Return the gradients of queries, keys and values, in their shapes.

        Args:
            grad_output: the gradient of what `forward` returned, `(N, Q, E)`. Not modified.
        """
        # TODO: the weights of a block are exp(e − L), computed once more
        raise NotImplementedError


def _check_shapes(
    queries: Array, keys: Array, values: Array, mask: Array | None, causal: bool
) -> None:
    """Given: refuse shapes that do not fit.

    Raises:
        ValueError: one of the arrays has another shape than the docstring of `forward` says.
    """
    if any(array.ndim != 3 for array in (queries, keys, values)):
        shapes = f"{queries.shape}, {keys.shape} and {values.shape}"
        raise ValueError(f"queries, keys and values should have 3 axes, but have {shapes}")
    (N, Q, D), K = queries.shape, keys.shape[1]
    if K == 0 or keys.shape != (N, K, D) or values.shape[:2] != (N, K):
        raise ValueError(
            f"for queries {queries.shape}, keys should be ({N}, K, {D}) and values ({N}, K, E) "
            f"with K ≥ 1, but keys are {keys.shape} and values {values.shape}"
        )
    if mask is not None and mask.shape != (N, K):
        raise ValueError(f"mask should have {(N, K)}, but has {mask.shape}")
    if causal and Q > K:
        raise ValueError(f"causal attention needs at most one query per key, but {Q} are for {K}")
