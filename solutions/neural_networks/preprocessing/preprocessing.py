"""Preprocessing: transform inputs to mean 0, equal scale, or covariance I.

Each transform takes its statistics from training data in `fit` and applies them to all data. Both
leave their argument as it is. Data that do not fit raise a ValueError, by the given helpers.

Source: CS224n notes part III, section 2.5.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Transform


class MeanSubtraction(Transform):
    """x − μ, with the mean μ of the training data, kept in `mean` `(D,)`."""

    def fit(self, x: Array) -> None:
        """Take the mean of the training data `x: (N, D)`."""
        # BEGIN SOLUTION
        self.mean = _checked(x).mean(axis=0)
        # END SOLUTION

    def apply(self, x: Array) -> Array:
        """Return x − μ `(M, D)` for `x: (M, D)`."""
        # BEGIN SOLUTION
        return _same_features(x, self.mean) - self.mean
        # END SOLUTION


class Normalization(Transform):
    """x / σ, with the standard deviations σ of the training data, kept in `scale` `(D,)`.

    A feature that is constant in training is not changed: its scale is 1.
    """

    def fit(self, x: Array) -> None:
        """Take σ² = 1/N Σ (x − μ)² of the training data `x: (N, D)`."""
        # BEGIN SOLUTION: a feature is constant if its largest and its smallest value are the same
        x = _checked(x)
        is_constant = x.max(axis=0) == x.min(axis=0)
        self.scale = np.where(is_constant, 1.0, x.std(axis=0))
        # END SOLUTION

    def apply(self, x: Array) -> Array:
        """Return x / σ `(M, D)` for `x: (M, D)`."""
        # BEGIN SOLUTION
        return _same_features(x, self.scale) / self.scale
        # END SOLUTION


class Whitening(Transform):
    """(x − μ) V / s, a transform that gives the training data the covariance I.

    The columns of V are orthonormal directions, in order of decreasing standard deviation s_i. An
    s_i below `epsilon` times the largest is replaced by that. Kept: `mean` `(D,)` and `projection`
    = V / s, `(D, D)`; the sign of each column is arbitrary.
    """

    def __init__(self, epsilon: float = 1e-6) -> None:
        self.epsilon = epsilon

    def fit(self, x: Array) -> None:
        """Take the mean and the directions of the training data `x: (N, D)`."""
        # BEGIN SOLUTION: the right singular vectors of X' are V, its singular values s √N
        x = _checked(x)
        self.mean = x.mean(axis=0)
        N, D = x.shape
        # all of V also where N < D, but no matrix (N, N) for many examples
        _, singular_values, V_transposed = np.linalg.svd(x - self.mean, full_matrices=N < D)
        s = np.zeros(D, x.dtype)
        s[: len(singular_values)] = singular_values / np.sqrt(N)
        least = self.epsilon * s[0] or 1.0  # 1: nothing varies at all
        self.projection = V_transposed.T / np.maximum(s, least)
        # END SOLUTION

    def apply(self, x: Array) -> Array:
        """Return (x − μ) V / s `(M, D)` for `x: (M, D)`."""
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
