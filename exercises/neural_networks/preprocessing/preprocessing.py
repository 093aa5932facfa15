"""Preprocessing: inputs around 0, of one scale, uncorrelated.

Each transform takes its statistics from training data, in `fit`, and then treats all data alike.

Source: CS224n notes part III, section 2.5.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Transform


class MeanSubtraction(Transform):
    """x − μ, with μ the mean of the training data: its features are 0 on average.

    Attributes:
        mean: μ `(D,)`.
    """

    def fit(self, x: Array) -> None:
        """Take the mean of `x: (N, D)`, N ≥ 1.

        Raises:
            ValueError: `x` has no rows, not two axes, or an entry that is not finite.
        """
        # TODO: your code here
        raise NotImplementedError

    def apply(self, x: Array) -> Array:
        """x − μ `(M, D)` for `x: (M, D)`, which is not modified.

        Raises:
            ValueError: `x` has another number of features than the training data.
        """
        # TODO: your code here
        raise NotImplementedError


class Normalization(Transform):
    """x / σ, with σ the standard deviations of the training data: its features have one scale.

    A feature that never changes in training has σ = 0; it is left as it is.

    Attributes:
        scale: σ `(D,)`, 1 for a feature that never changes.
    """

    def fit(self, x: Array) -> None:
        """Take σ² = 1/N Σ (x − μ)² of `x: (N, D)`, N ≥ 1.

        Raises:
            ValueError: `x` has no rows, not two axes, or an entry that is not finite.
        """
        # TODO: a feature is constant if its largest and its smallest value are the same
        raise NotImplementedError

    def apply(self, x: Array) -> Array:
        """x / σ `(M, D)` for `x: (M, D)`, which is not modified.

        Raises:
            ValueError: `x` has another number of features than the training data.
        """
        # TODO: your code here
        raise NotImplementedError


class Whitening(Transform):
    """(x − μ) V / s: the training data get the covariance I.

    The columns of V are the directions in which the training data vary, the first most; s_i is the
    standard deviation along the i-th. A direction without variation would divide by 0: there
    `epsilon` times the largest s takes the place of s_i.

    Args:
        epsilon: the smallest s_i, as a share of the largest.

    Attributes:
        mean: μ `(D,)`.
        projection: V / s, `(D, D)`; each column is known but for its sign.
    """

    def __init__(self, epsilon: float = 1e-6) -> None:
        self.epsilon = epsilon

    def fit(self, x: Array) -> None:
        """Take mean and directions of `x: (N, D)`, N ≥ 1.

            X' = x − μ      X'ᵀ X' / N = V diag(s²) Vᵀ      s_1 ≥ s_2 ≥ ... ≥ 0

        Raises:
            ValueError: `x` has no rows, not two axes, or an entry that is not finite.
        """
        # TODO: the right singular vectors of X' are V, its singular values s √N
        raise NotImplementedError

    def apply(self, x: Array) -> Array:
        """(x − μ) V / s `(M, D)` for `x: (M, D)`, which is not modified.

        Raises:
            ValueError: `x` has another number of features than the training data.
        """
        # TODO: your code here
        raise NotImplementedError


def _checked(x: Array) -> Array:
    """Given: training data, or an error that says why they are none."""
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise ValueError(f"training data are finite numbers (N, D), N ≥ 1, but got {x.shape}: {x}")
    return x


def _same_features(x: Array, statistics: Array) -> Array:
    """Given: data with as many features as the training data had, or an error."""
    if x.ndim != 2 or x.shape[1] != len(statistics):
        raise ValueError(f"{len(statistics)} features were seen in training, but got {x.shape}")
    return x
