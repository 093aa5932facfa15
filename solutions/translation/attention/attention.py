"""Attention: means of values, weighted by scores of queries and keys (Bahdanau et al. 2015)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


def masked_softmax(scores: Array, mask: Array | None = None) -> Array:
    """Return the softmax over the keys, the last axis of `scores`; masked keys have weight 0.

    Args:
        scores: `(..., K)` floats, K ≥ 1; any finite numbers. Not modified.
        mask: bool, `(..., K)` or a shape that broadcasts to it; False where there is no key.
            None: keys everywhere.

    Returns:
        weights `(..., K)` in the dtype of `scores`. A row without any key is 0 everywhere.

    Raises:
        ValueError: `mask` does not broadcast to the shape of `scores`.
    """
    mask = _broadcast(mask, scores.shape)
    # BEGIN SOLUTION: scores of −∞ at masked keys, then a softmax that is finite in each row
    masked = np.where(mask, scores, -np.inf)
    highest = masked.max(axis=-1, keepdims=True)
    e = np.exp(masked - np.where(np.isneginf(highest), 0, highest))  # exp(−∞) = 0, to the last bit
    return e / np.where(mask.any(axis=-1, keepdims=True), e.sum(axis=-1, keepdims=True), 1)
    # END SOLUTION


class Attention(Model):
    """The base of the three models: it turns scores into weighted means of the values.

    Attributes:
        weights: α `(N, Q, K)` of the last `forward`.
    """

    weights: Array

    def scores(self, queries: Array, keys: Array) -> Array:
        """Given: return the scores `(N, Q, K)` of each query with each key; see the models."""
        raise NotImplementedError

    def scores_backward(self, grad_scores: Array) -> tuple[Array, Array]:
        """Given: return the gradients of the queries and keys of the last `scores`."""
        raise NotImplementedError

    def forward(
        self, queries: Array, keys: Array, values: Array, mask: Array | None = None
    ) -> Array:
        """Return for each query the mean of the values with its weights, `(N, Q, E)`.

        Args:
            queries: `(N, Q, D)`. Not modified.
            keys: `(N, K, D')`, K ≥ 1. Not modified.
            values: `(N, K, E)`, one for each key. Not modified.
            mask: bool, `(N, K)`, or `(N, Q, K)` for a mask of each query; False where there is no
                key. None: keys everywhere. A query without any key gets zeros.

        Raises:
            ValueError: the shapes do not fit.
        """
        mask = _check_shapes(queries, keys, values, mask)
        # BEGIN SOLUTION: scores, weights, weighted mean
        self.weights = masked_softmax(self.scores(queries, keys), mask)
        self._values = values
        return self.weights @ values
        # END SOLUTION

    def backward(self, grad_output: Array) -> tuple[Array, Array, Array]:
        """Add the gradients of the parameters; return those of queries, keys and values.

        Args:
            grad_output: the gradient of what `forward` returned, `(N, Q, E)`. Not modified.
        """
        # BEGIN SOLUTION: back through the mean, the softmax and the scores
        grad_values = self.weights.swapaxes(1, 2) @ grad_output
        grad_weights = grad_output @ self._values.swapaxes(1, 2)
        # ∂J/∂e_j = α_j (∂J/∂α_j − Σ_i α_i ∂J/∂α_i)
        mean = (self.weights * grad_weights).sum(axis=-1, keepdims=True)
        grad_queries, grad_keys = self.scores_backward(self.weights * (grad_weights - mean))
        return grad_queries, grad_keys, grad_values
        # END SOLUTION


class DotProductAttention(Attention):
    """Attention with the scores q·k / √D, or q·k.

    Args:
        scaled: whether the scores are divided by √D.
    """

    def __init__(self, *, scaled: bool = True) -> None:
        super().__init__()
        self.scaled = scaled

    def scores(self, queries: Array, keys: Array) -> Array:
        """Return the scores `(N, Q, K)`, and keep what `scores_backward` needs.

        Args:
            queries: `(N, Q, D)`.
            keys: `(N, K, D)`.

        Raises:
            ValueError: queries and keys differ in D.
        """
        _check_features("keys", keys, queries.shape[-1])
        # BEGIN SOLUTION
        self._queries, self._keys = queries, keys
        self._scale = queries.shape[-1] ** -0.5 if self.scaled else 1.0
        return queries @ keys.swapaxes(1, 2) * self._scale
        # END SOLUTION

    def scores_backward(self, grad_scores: Array) -> tuple[Array, Array]:
        """Return the gradients of queries `(N, Q, D)` and keys `(N, K, D)`.

        Args:
            grad_scores: ∂J/∂e, the gradient of the scores `(N, Q, K)`.
        """
        # BEGIN SOLUTION
        grad = grad_scores * self._scale
        return grad @ self._keys, grad.swapaxes(1, 2) @ self._queries
        # END SOLUTION


class BilinearAttention(Attention):
    """Attention with the scores qᵀ W k: queries and keys may have different sizes.

    Args:
        query_size, key_size: D and D'.
        rng: draws the parameters.

    Parameters: `W (D, D')`.
    """

    def __init__(self, query_size: int, key_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.query_size, self.key_size = query_size, key_size
        scale = (query_size * key_size) ** -0.5
        self.add_parameter("W", rng.normal(scale=scale, size=(query_size, key_size)))

    def scores(self, queries: Array, keys: Array) -> Array:
        """Return the scores `(N, Q, K)`, and keep what `scores_backward` needs.

        Args:
            queries: `(N, Q, D)`.
            keys: `(N, K, D')`.

        Raises:
            ValueError: the last axes are not D and D'.
        """
        _check_features("queries", queries, self.query_size)
        _check_features("keys", keys, self.key_size)
        # BEGIN SOLUTION
        self._queries, self._keys = queries, keys
        self._projected = queries @ self.parameters["W"]  # (N, Q, D')
        return self._projected @ keys.swapaxes(1, 2)
        # END SOLUTION

    def scores_backward(self, grad_scores: Array) -> tuple[Array, Array]:
        """Add the gradient of W; return those of queries `(N, Q, D)` and keys `(N, K, D')`.

        Args:
            grad_scores: ∂J/∂e, the gradient of the scores `(N, Q, K)`.
        """
        # BEGIN SOLUTION: as dot products of q W with k, then back through q W
        grad_projected = grad_scores @ self._keys  # (N, Q, D')
        rows = ([0, 1], [0, 1])  # sum over all queries of all texts
        self.gradients["W"] += np.tensordot(self._queries, grad_projected, axes=rows)
        grad_keys = grad_scores.swapaxes(1, 2) @ self._projected
        return grad_projected @ self.parameters["W"].T, grad_keys
        # END SOLUTION


class AdditiveAttention(Attention):
    """Attention with the scores vᵀ tanh(q W_q + k W_k), of a network with one hidden layer.

    Args:
        query_size, key_size: D and D'.
        hidden_size: H, the size of the hidden layer.
        rng: draws the parameters.

    Parameters: `W_q (D, H)`, `W_k (D', H)`, `v (H,)`.
    """

    def __init__(
        self, query_size: int, key_size: int, hidden_size: int, *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        self.query_size, self.key_size, H = query_size, key_size, hidden_size
        self.add_parameter("W_q", rng.normal(scale=query_size**-0.5, size=(query_size, H)))
        self.add_parameter("W_k", rng.normal(scale=key_size**-0.5, size=(key_size, H)))
        self.add_parameter("v", rng.normal(scale=H**-0.5, size=H))

    def scores(self, queries: Array, keys: Array) -> Array:
        """Return the scores `(N, Q, K)`, and keep what `scores_backward` needs.

        Args:
            queries: `(N, Q, D)`.
            keys: `(N, K, D')`.

        Raises:
            ValueError: the last axes are not D and D'.
        """
        _check_features("queries", queries, self.query_size)
        _check_features("keys", keys, self.key_size)
        # BEGIN SOLUTION: each product once, then all pairs by broadcasting
        self._queries, self._keys = queries, keys
        from_queries = queries @ self.parameters["W_q"]  # (N, Q, H)
        from_keys = keys @ self.parameters["W_k"]  # (N, K, H)
        self._hidden = np.tanh(from_queries[:, :, None] + from_keys[:, None])  # (N, Q, K, H)
        return self._hidden @ self.parameters["v"]
        # END SOLUTION

    def scores_backward(self, grad_scores: Array) -> tuple[Array, Array]:
        """Add the gradients of the parameters; return those of queries and keys.

        Args:
            grad_scores: ∂J/∂e, the gradient of the scores `(N, Q, K)`.
        """
        # BEGIN SOLUTION: tanh' = 1 − tanh²; a query is used for all keys, and a key for all queries
        self.gradients["v"] += np.tensordot(grad_scores, self._hidden, axes=3)
        grad_a = grad_scores[..., None] * self.parameters["v"] * (1 - self._hidden**2)
        of_queries, of_keys = grad_a.sum(axis=2), grad_a.sum(axis=1)  # (N, Q, H), (N, K, H)
        rows = ([0, 1], [0, 1])
        self.gradients["W_q"] += np.tensordot(self._queries, of_queries, axes=rows)
        self.gradients["W_k"] += np.tensordot(self._keys, of_keys, axes=rows)
        return of_queries @ self.parameters["W_q"].T, of_keys @ self.parameters["W_k"].T
        # END SOLUTION


def _broadcast(mask: Array | None, shape: tuple[int, ...]) -> Array:
    """Given: return `mask` as booleans of this shape; True everywhere for None.

    Raises:
        ValueError: it does not broadcast to this shape.
    """
    if mask is None:
        return np.ones(shape, bool)
    try:
        return np.broadcast_to(mask, shape).astype(bool)
    except ValueError:
        raise ValueError(f"mask should broadcast to {shape}, but has {mask.shape}") from None


def _check_shapes(queries: Array, keys: Array, values: Array, mask: Array | None) -> Array | None:
    """Given: refuse shapes that do not fit; return `mask` as `(N, 1, K)` or `(N, Q, K)`, or None.

    Raises:
        ValueError: one of the arrays has another shape than the docstring of `forward` says.
    """
    if any(array.ndim != 3 for array in (queries, keys, values)):
        shapes = f"{queries.shape}, {keys.shape} and {values.shape}"
        raise ValueError(f"queries, keys and values should have 3 axes, but have {shapes}")
    (N, Q, _), K = queries.shape, keys.shape[1]
    if K == 0 or keys.shape[0] != N or values.shape[:2] != (N, K):
        raise ValueError(
            f"for queries {queries.shape}, keys should be ({N}, K, D') and values ({N}, K, E) with "
            f"K ≥ 1, but keys are {keys.shape} and values {values.shape}"
        )
    if mask is None:
        return None
    if mask.shape not in ((N, K), (N, Q, K)):
        raise ValueError(f"mask should have {(N, K)} or {(N, Q, K)}, but has {mask.shape}")
    return mask[:, None] if mask.ndim == 2 else mask


def _check_features(name: str, array: Array, size: int) -> None:
    """Given: refuse an array whose last axis has another size.

    Raises:
        ValueError: it has; the message names the array.
    """
    if array.shape[-1] != size:
        raise ValueError(f"{name} should have {size} features, but have {array.shape[-1]}")
