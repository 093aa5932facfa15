"""Word vectors from counts. A text is counted in NumPy: its ids are data of the host.

Source: Levy and Goldberg, "Neural Word Embedding as Implicit Matrix Factorization" (2014);
Pennington, Socher and Manning, "GloVe: Global Vectors for Word Representation" (2014).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from framework.arrays import Arrays, current_arrays
from framework.models.differentiated import DifferentiatedModel


def cooccurrences(tokens: Any, window: int, vocabulary_size: int) -> Any:
    """Return the counts `(V, V)` int64 of pairs of words at most `window` positions apart.

    Raises:
        IndexError: an id is outside 0 ... V−1.
    """
    arrays, V = current_arrays(), vocabulary_size
    ids = np.asarray(arrays.to_numpy(arrays.asarray(tokens)), dtype=np.int64)
    if ids.size and not 0 <= ids.min() <= ids.max() < V:
        raise IndexError(f"ids should be in 0 ... {V - 1}, but are in {ids.min()} ... {ids.max()}")
    counts = np.zeros(V * V, np.int64)
    for j in range(1, min(window, len(ids) - 1) + 1):
        counts += np.bincount(ids[:-j] * V + ids[j:], minlength=V * V)
    return arrays.from_numpy(counts.reshape(V, V) + counts.reshape(V, V).T)


def ppmi(counts: Any, shift: float = 1.0) -> Any:
    """Return max(PMI − log `shift`, 0) `(V, C)`, float64, of counts `(V, C)`; 0 where one is 0.

    Raises:
        ValueError: a count is negative or not finite, or `shift` is not positive.
    """
    arrays = current_arrays()
    counts = _checked_counts(arrays, counts)
    if not shift > 0:
        raise ValueError(f"shift should be positive, but is {shift}")
    xp, words, contexts = arrays.namespace, counts.sum(1)[:, None], counts.sum(0)[None]
    pmi = _log(xp, counts) + _log(xp, counts.sum()) - _log(xp, words) - _log(xp, contexts)
    pmi = pmi - float(np.log(shift))
    return xp.where((counts > 0) & (pmi > 0), pmi, xp.zeros_like(pmi))


def truncated_svd(matrix: Any, k: int) -> tuple[Any, Any, Any]:
    """Return U `(V, k)`, S `(k,)` and Vᵀ `(k, C)`; the largest entry of a column is positive.

    Raises:
        ValueError: `k` is out of range.
    """
    if not 1 <= k <= min(matrix.shape):
        raise ValueError(f"k should be in 1 ... {min(matrix.shape)}, but is {k}")
    arrays = current_arrays()
    xp = arrays.namespace
    U, S, Vt = xp.linalg.svd(arrays.asarray(matrix), full_matrices=False)
    U = U[:, :k]
    largest = U[abs(U).argmax(0), arrays.from_numpy(np.arange(k))]
    signs = xp.where(largest < 0, -xp.ones_like(largest), xp.ones_like(largest))
    return U * signs, S[:k], Vt[:k] * signs[:, None]


class GloVe(DifferentiatedModel):
    """J = Σ f(X) (w·c + b_w + b_c − log X)², with f(X) = min(X / x_max, 1)^power and f(0) = 0."""

    def __init__(
        self,
        vocabulary_size: int,
        dimension: int,
        *,
        x_max: float = 100.0,
        power: float = 0.75,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.x_max, self.power, self.vocabulary_size = x_max, power, vocabulary_size
        for side in ("word", "context"):
            vectors = rng.normal(scale=0.1, size=(vocabulary_size, dimension))
            self.add_parameter(f"{side}_vectors", vectors)
            self.add_parameter(f"{side}_biases", np.zeros(vocabulary_size))

    def forward(self, counts: Any) -> Any:
        """Return the loss of the counts `(V, V)`, without axes.

        Raises:
            ValueError: the counts have another shape, or one is negative or not finite.
        """
        arrays, V = self._arrays, self.vocabulary_size
        if counts.shape != (V, V):
            raise ValueError(f"counts should have shape {(V, V)}, but have {tuple(counts.shape)}")
        xp, counts = arrays.namespace, _checked_counts(arrays, counts)
        shares = counts / self.x_max
        shares = xp.where(shares < 1, shares, xp.ones_like(shares)) ** self.power
        weights = xp.where(counts > 0, shares, xp.zeros_like(shares))
        return super().forward(weights, _log(xp, counts))

    def backward(self, grad_loss: Any = 1.0) -> None:
        """Add the gradients of the parameters, times `grad_loss`."""
        given = grad_loss if self._arrays.is_native(grad_loss) else np.asarray(grad_loss, float)
        super().backward(self._arrays.astype(self._arrays.asarray(given), np.float64))

    @staticmethod
    def compute(p: Mapping[str, Any], weights: Any, logs: Any) -> Any:
        """Return the loss for the weights f(X) and the logs of X, both `(V, V)`."""
        scores = p["word_vectors"] @ p["context_vectors"].T
        errors = scores + p["word_biases"][:, None] + p["context_biases"] - logs
        return (weights * errors**2).sum()


def _log(xp: Any, x: Any) -> Any:
    """Return the log of numbers ≥ 0; 0 for the number 0."""
    return xp.log(xp.where(x > 0, x, xp.ones_like(x)))


def _checked_counts(arrays: Arrays, counts: Any) -> Any:
    """Return counts of two axes in float64; refuse numbers that are no counts."""
    counts = arrays.astype(arrays.asarray(counts), np.float64)
    if len(counts.shape) != 2:
        raise ValueError(f"counts should have shape (V, C), but have {tuple(counts.shape)}")
    if not bool((arrays.namespace.isfinite(counts) & (counts >= 0)).all()):
        raise ValueError("counts should be finite and at least 0")
    return counts
