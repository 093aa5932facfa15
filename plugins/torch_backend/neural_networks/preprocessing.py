"""Preprocessing of torch tensors.

Source: CS224n notes part III, section 2.5.
"""

from __future__ import annotations

import torch
from torch import Tensor

from plugins.torch_backend.arrays import to_tensor


class MeanSubtraction:
    """x − μ, with μ the mean of the training data."""

    def fit(self, x: Tensor) -> None:
        """Take the mean of `x: (N, D)`; ValueError if it is no training data."""
        self.mean = _checked(x).mean(0)

    def apply(self, x: Tensor) -> Tensor:
        """x − μ `(M, D)`; ValueError for another number of features."""
        return _same_features(x, self.mean) - self.mean


class Normalization:
    """x / σ, with σ the standard deviations of the training data, 1 for constant features."""

    def fit(self, x: Tensor) -> None:
        """Take σ² = 1/N Σ (x − μ)² of `x: (N, D)`; ValueError if it is no training data."""
        x = _checked(x)
        sigma = x.std(0, correction=0)
        self.scale = torch.where(x.amax(0) == x.amin(0), torch.ones_like(sigma), sigma)

    def apply(self, x: Tensor) -> Tensor:
        """x / σ `(M, D)`; ValueError for another number of features."""
        return _same_features(x, self.scale) / self.scale


class Whitening:
    """(x − μ) V / s: the training data get the covariance I."""

    def __init__(self, epsilon: float = 1e-6) -> None:
        self.epsilon = epsilon

    def fit(self, x: Tensor) -> None:
        """Take mean and directions of `x: (N, D)`; ValueError if it is no training data."""
        x = _checked(x)
        self.mean = x.mean(0)
        _, found, V_transposed = torch.linalg.svd(x - self.mean, full_matrices=True)
        s = x.new_zeros(x.shape[1])
        s[: len(found)] = found / len(x) ** 0.5
        self.projection: Tensor = V_transposed.T / s.clamp(min=self.epsilon * float(s[0]) or 1.0)

    def apply(self, x: Tensor) -> Tensor:
        """(x − μ) V / s `(M, D)`; ValueError for another number of features."""
        return (_same_features(x, self.mean) - self.mean) @ self.projection


def _checked(x: Tensor) -> Tensor:
    x = to_tensor(x)
    if x.ndim != 2 or not x.numel() or not x.isfinite().all():
        raise ValueError(f"training data are finite numbers (N, D), N ≥ 1, but got {x.shape}")
    return x


def _same_features(x: Tensor, statistics: Tensor) -> Tensor:
    x = to_tensor(x)
    if x.ndim != 2 or x.shape[1] != len(statistics):
        raise ValueError(f"{len(statistics)} features were seen in training, but got {x.shape}")
    return x
