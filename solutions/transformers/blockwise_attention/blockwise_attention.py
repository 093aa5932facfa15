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
    # BEGIN SOLUTION: earlier sums belong to an earlier m
    m, s, u = state
    highest = np.maximum(m, scores.max(axis=-1, keepdims=True))
    shift = np.where(np.isneginf(highest), 0, highest)  # no key yet: exp(−∞ − 0) = 0
    p, factor = np.exp(scores - shift), np.exp(m - shift)
    return highest, factor * s + p.sum(axis=-1, keepdims=True), factor * u + p @ values
    # END SOLUTION


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
        # BEGIN SOLUTION: compare positions in the whole text, for the keys of this block only
        block = slice(start, start + self.block_size)
        scores = queries @ keys[:, block].swapaxes(1, 2) * queries.shape[-1] ** -0.5
        if mask is not None:
            scores = np.where(mask[:, None, block], scores, -np.inf)
        if self.causal:
            Q, K = queries.shape[1], keys.shape[1]
            of_queries = np.arange(K - Q, K)[:, None]
            scores = np.where(np.arange(K)[block] <= of_queries, scores, -np.inf)
        return scores
        # END SOLUTION

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
        # BEGIN SOLUTION: block by block, then one division
        (N, Q, _), E, dtype = queries.shape, values.shape[-1], queries.dtype
        zeros = np.zeros((N, Q, E), dtype)
        state = np.full((N, Q, 1), -np.inf, dtype), np.zeros((N, Q, 1), dtype), zeros
        for start in range(0, keys.shape[1], self.block_size):
            scores = self.block_scores(queries, keys, start, mask)
            state = add_block(state, scores, values[:, start : start + self.block_size])
        m, s, u = state
        total = np.where(s > 0, s, 1)
        self.log_sums = (m + np.log(total))[..., 0]
        self._inputs, self._output = (queries, keys, values, mask), u / total
        return self._output.copy()
        # END SOLUTION

    def backward(self, grad_output: Array) -> tuple[Array, Array, Array]:
        """Return the gradients of queries, keys and values, in their shapes.

        Args:
            grad_output: the gradient of what `forward` returned, `(N, Q, E)`. Not modified.
        """
        # BEGIN SOLUTION: the weights of a block are exp(e − L), computed once more
        queries, keys, values, mask = self._inputs
        log_sums = np.where(np.isneginf(self.log_sums), 0, self.log_sums)[..., None]
        # y = Σ_j α_j v_j, so that Σ_j α_j ∂J/∂α_j = ∂J/∂y · y: it needs no weight
        mean = (grad_output * self._output).sum(axis=-1, keepdims=True)
        grad_queries, grad_keys, grad_values = map(np.zeros_like, (queries, keys, values))
        for start in range(0, keys.shape[1], self.block_size):
            block = slice(start, start + self.block_size)
            weights = np.exp(self.block_scores(queries, keys, start, mask) - log_sums)
            grad_values[:, block] = weights.swapaxes(1, 2) @ grad_output
            grad_weights = grad_output @ values[:, block].swapaxes(1, 2)
            grad_scores = weights * (grad_weights - mean) * queries.shape[-1] ** -0.5
            grad_queries += grad_scores @ keys[:, block]
            grad_keys[:, block] = grad_scores.swapaxes(1, 2) @ queries
        return grad_queries, grad_keys, grad_values
        # END SOLUTION


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
