"""Preprocessing of inputs, on the arrays of any backend.

Source: CS224n notes part III, section 2.5.
"""

from __future__ import annotations

from typing import Any

from framework.arrays import current_arrays
from framework.interfaces import Transform


class MeanSubtraction(Transform):
    """x − μ, with μ the mean of the training data."""

    def fit(self, x: Any) -> None:
        """Take the mean of `x: (N, D)`; ValueError if it is no training data."""
        self.mean = _checked(x).mean(0)

    def apply(self, x: Any) -> Any:
        """x − μ `(M, D)`; ValueError for another number of features."""
        return _same_features(x, self.mean) - self.mean


class Normalization(Transform):
    """x / σ, with σ the standard deviations of the training data, 1 for constant features."""

    def fit(self, x: Any) -> None:
        """Take σ² = 1/N Σ (x − μ)² of `x: (N, D)`; ValueError if it is no training data."""
        x, xp = _checked(x), current_arrays().namespace
        sigma = xp.sqrt(((x - x.mean(0)) ** 2).mean(0))
        self.scale = xp.where(xp.amax(x, 0) == xp.amin(x, 0), xp.ones_like(sigma), sigma)

    def apply(self, x: Any) -> Any:
        """x / σ `(M, D)`; ValueError for another number of features."""
        return _same_features(x, self.scale) / self.scale


class Whitening(Transform):
    """(x − μ) V / s: the training data get the covariance I."""

    def __init__(self, epsilon: float = 1e-6) -> None:
        self.epsilon = epsilon

    def fit(self, x: Any) -> None:
        """Take mean and directions of `x: (N, D)`; ValueError if it is no training data."""
        x, xp = _checked(x), current_arrays().namespace
        self.mean = x.mean(0)
        N, D = x.shape
        _, singular_values, V_transposed = xp.linalg.svd(x - self.mean, full_matrices=N < D)
        s = xp.concatenate([singular_values / N**0.5, xp.zeros_like(x[0])])[:D]
        self.projection = V_transposed.T / s.clip(min=self.epsilon * float(s[0]) or 1.0)

    def apply(self, x: Any) -> Any:
        """(x − μ) V / s `(M, D)`; ValueError for another number of features."""
        return (_same_features(x, self.mean) - self.mean) @ self.projection


def _checked(x: Any) -> Any:
    x, xp = current_arrays().asarray(x), current_arrays().namespace
    shape = tuple(x.shape)
    if len(shape) != 2 or 0 in shape or not xp.isfinite(x).all():
        raise ValueError(f"training data are finite numbers (N, D), N ≥ 1, but got {shape}")
    return x


def _same_features(x: Any, statistics: Any) -> Any:
    x = current_arrays().asarray(x)
    if x.ndim != 2 or x.shape[1] != len(statistics):
        shape = tuple(x.shape)
        raise ValueError(f"{len(statistics)} features were seen in training, but got {shape}")
    return x
