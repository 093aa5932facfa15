"""Preprocessing: transform inputs to mean 0, equal scale, or covariance I.

Each transform takes its statistics from training data in `fit` and applies them to all data.

Source: CS224n notes part III, section 2.5.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Transform


class MeanSubtraction(Transform):
    """x − μ, with μ the mean of the training data, whose features then have mean 0.

    Attributes:
        mean: μ `(D,)`.
    """

    def fit(self, x: Array) -> None:
        """Take the mean of `x: (N, D)`, N ≥ 1.

        Raises:
            ValueError: `x` has no rows, not two axes, or an entry that is not finite.
        """
        # BEGIN SOLUTION
        self.mean = _checked(x).mean(axis=0)
        # END SOLUTION

    def apply(self, x: Array) -> Array:
        """Return x − μ `(M, D)` for `x: (M, D)`, which is not modified.

        Raises:
            ValueError: `x` has another number of features than the training data.
        """
        # BEGIN SOLUTION
        return _same_features(x, self.mean) - self.mean
        # END SOLUTION


class Normalization(Transform):
    """x / σ, with σ the standard deviations of the training data, whose features then have σ = 1.

    A feature that is constant in training has σ = 0; it is not changed.

    Attributes:
        scale: σ `(D,)`, and 1 for a constant feature.
    """

    def fit(self, x: Array) -> None:
        """Take σ² = 1/N Σ (x − μ)² of `x: (N, D)`, N ≥ 1.

        Raises:
            ValueError: `x` has no rows, not two axes, or an entry that is not finite.
        """
        # BEGIN SOLUTION: a feature is constant if its largest and its smallest value are the same
        x = _checked(x)
        is_constant = x.max(axis=0) == x.min(axis=0)
        self.scale = np.where(is_constant, 1.0, x.std(axis=0))
        # END SOLUTION

    def apply(self, x: Array) -> Array:
        """Return x / σ `(M, D)` for `x: (M, D)`, which is not modified.

        Raises:
            ValueError: `x` has another number of features than the training data.
        """
        # BEGIN SOLUTION
        return _same_features(x, self.scale) / self.scale
        # END SOLUTION


class Whitening(Transform):
    """(x − μ) V / s, a transform that gives the training data the covariance I.

    The columns of V are orthonormal directions, in order of decreasing variance of the training
    data. s_i is the standard deviation along the i-th direction. It is at least `epsilon` times the
    largest s, so that no direction divides by 0.

    Args:
        epsilon: the smallest s_i, relative to the largest.

    Attributes:
        mean: μ `(D,)`.
        projection: V / s, `(D, D)`; the sign of each column is arbitrary.
    """

    def __init__(self, epsilon: float = 1e-6) -> None:
        self.epsilon = epsilon

    def fit(self, x: Array) -> None:
        """Take the mean and the directions of `x: (N, D)`, N ≥ 1.

            X' = x − μ      X'ᵀ X' / N = V diag(s²) Vᵀ      s_1 ≥ s_2 ≥ ... ≥ 0

        Raises:
            ValueError: `x` has no rows, not two axes, or an entry that is not finite.
        """
        # BEGIN SOLUTION: the right singular vectors of X' are V, its singular values s √N
        x = _checked(x)
        self.mean = x.mean(axis=0)
        N, D = x.shape
        _, singular_values, V_transposed = np.linalg.svd(x - self.mean)
        s = np.zeros(D, x.dtype)
        s[: len(singular_values)] = singular_values / np.sqrt(N)
        least = self.epsilon * s[0] or 1.0  # 1: nothing varies at all
        self.projection = V_transposed.T / np.maximum(s, least)
        # END SOLUTION

    def apply(self, x: Array) -> Array:
        """Return (x − μ) V / s `(M, D)` for `x: (M, D)`, which is not modified.

        Raises:
            ValueError: `x` has another number of features than the training data.
        """
        # BEGIN SOLUTION
        return (_same_features(x, self.mean) - self.mean) @ self.projection
        # END SOLUTION


def _checked(x: Array) -> Array:
    """Given: return the training data `x`, or raise an error if it is invalid."""
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise ValueError(f"training data are finite numbers (N, D), N ≥ 1, but got {x.shape}: {x}")
    return x


def _same_features(x: Array, statistics: Array) -> Array:
    """Given: return `x`, or raise an error if it has not the features of the training data."""
    if x.ndim != 2 or x.shape[1] != len(statistics):
        raise ValueError(f"{len(statistics)} features were seen in training, but got {x.shape}")
    return x
