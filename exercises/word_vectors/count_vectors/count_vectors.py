"""Word vectors from counts: co-occurrences, PPMI, a truncated SVD, and GloVe."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.interfaces import Array, Model


def cooccurrences(tokens: Sequence[int] | Array, window: int, vocabulary_size: int) -> Array:
    """Return how often each word stands near each other one, `(V, V)` int64.

    Args:
        tokens: the ids w_1 ... w_T of the text `(T,)`. Not modified.
        window: m ≥ 1; it may be larger than T.
        vocabulary_size: V.

    Returns:
        `(V, V)`: entry w, c is the number of pairs of positions t ≠ s with |t − s| ≤ m, w_t = w and
        w_s = c.

    Raises:
        IndexError: an id is outside 0 ... V−1.
    """
    tokens = _checked_ids(tokens, vocabulary_size)
    # TODO: count the pairs of each distance; repeated pairs need np.add.at
    raise NotImplementedError


def ppmi(counts: Array, shift: float = 1.0) -> Array:
    """Return the positive pointwise mutual information of words and contexts, `(V, C)` float64.

    Args:
        counts: `(V, C)` numbers ≥ 0, integers or floats. Not modified.
        shift: k > 0; log k is subtracted before negative numbers become 0.

    Raises:
        ValueError: a count is negative or not finite, or `shift` is not positive.
    """
    _check_counts(counts)
    if not shift > 0:
        raise ValueError(f"shift should be positive, but is {shift}")
    # TODO: a sum of logs; an entry with the count 0 is 0
    raise NotImplementedError


def truncated_svd(matrix: Array, k: int) -> tuple[Array, Array, Array]:
    """Return the first k singular vectors and values: the best approximation of rank k.

    Args:
        matrix: `(V, C)` finite floats. Not modified.
        k: 1 ≤ k ≤ min(V, C).

    Returns:
        U `(V, k)`, S `(k,)` from the largest to the smallest, Vᵀ `(k, C)`. In each column of U
        the entry of the largest magnitude is positive.

    Raises:
        ValueError: `k` is out of range.
    """
    if not 1 <= k <= min(matrix.shape):
        raise ValueError(f"k should be in 1 ... {min(matrix.shape)}, but is {k}")
    # TODO: np.linalg.svd leaves the sign of each pair of vectors open
    raise NotImplementedError


class GloVe(Model):
    """The weighted squared error of w·c + b_w + b_c against the log of the counts.

    Args:
        vocabulary_size, dimension: V and d.
        x_max, power: of the weight f(X) = min(X / x_max, 1)^power.
        rng: draws the vectors from a normal distribution with standard deviation 0.1.

    Parameters: `word_vectors (V, d)`, `context_vectors (V, d)`, `word_biases (V,)`,
    `context_biases (V,)`.
    """

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
        self.x_max, self.power = x_max, power
        for side in ("word", "context"):
            vectors = rng.normal(scale=0.1, size=(vocabulary_size, dimension))
            self.add_parameter(f"{side}_vectors", vectors)
            self.add_parameter(f"{side}_biases", np.zeros(vocabulary_size))

    def forward(self, counts: Array) -> float:
        """Return the loss J, the sum over all pairs of words with a count above 0.

        Args:
            counts: X `(V, V)` numbers ≥ 0, integers or floats. Not modified.

        Raises:
            ValueError: `counts` is not `(V, V)`, or has a negative number.
        """
        _check_counts(counts, len(self.parameters["word_biases"]))
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_loss: float = 1.0) -> None:
        """Add the gradients of the parameters.

        Args:
            grad_loss: the gradient of a scalar with respect to the loss of the last `forward`.
        """
        # TODO: G = ∂J/∂score = 2 f(X) error
        raise NotImplementedError


def _log(x: Array) -> Array:
    """Given: return the log of numbers ≥ 0; 0 for the number 0."""
    return np.log(np.where(x > 0, x, 1.0))


def _checked_ids(tokens: Sequence[int] | Array, vocabulary_size: int) -> Array:
    """Given: return `tokens` as an array of int64.

    Raises:
        IndexError: an id is outside 0 ... V−1; −1 is, too.
    """
    ids = np.asarray(tokens, dtype=np.int64)
    if ids.size and not 0 <= ids.min() <= ids.max() < vocabulary_size:
        outside = ids.min() if ids.min() < 0 else ids.max()
        raise IndexError(f"ids should be in 0 ... {vocabulary_size - 1}, but one is {outside}")
    return ids


def _check_counts(counts: Array, size: int | None = None) -> None:
    """Given: refuse counts of another shape, and numbers that are no counts.

    Raises:
        ValueError: `counts` has not two axes, of length `size` if it is given, or a number is
            negative or not finite.
    """
    expected = counts.shape if size is None else (size, size)
    if counts.ndim != 2 or counts.shape != expected:
        shape = "(V, C)" if size is None else f"{expected}"
        raise ValueError(f"counts should have shape {shape}, but have {counts.shape}")
    if not (np.isfinite(counts).all() and (counts >= 0).all()):
        raise ValueError(f"counts should be finite and at least 0, but the least is {counts.min()}")
