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
        # TODO: your code here
        raise NotImplementedError

    def apply(self, x: Array) -> Array:
        """Return x − μ `(M, D)` for `x: (M, D)`."""
        # TODO: your code here
        raise NotImplementedError


class Normalization(Transform):
    """x / σ, with the standard deviations σ of the training data, kept in `scale` `(D,)`.

    A feature that is constant in training is not changed: its scale is 1.
    """

    def fit(self, x: Array) -> None:
        """Take σ² = 1/N Σ (x − μ)² of the training data `x: (N, D)`."""
        # TODO: a feature is constant if its largest and its smallest value are the same
        raise NotImplementedError

    def apply(self, x: Array) -> Array:
        """Return x / σ `(M, D)` for `x: (M, D)`."""
        # TODO: your code here
        raise NotImplementedError


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
        # TODO: the right singular vectors of X' are V, its singular values s √N
        raise NotImplementedError

    def apply(self, x: Array) -> Array:
        """Return (x − μ) V / s `(M, D)` for `x: (M, D)`."""
        # TODO: your code here
        raise NotImplementedError


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
