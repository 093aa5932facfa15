"""Penalties on large weights, on torch tensors.

Source: CS224n notes part III, section 2.2 (misprint corrected, see the exercise's README.md).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor

from framework.interfaces import Penalty


class _WeightPenalty(Penalty):
    """λ Σ r(W) over all weights: tensors of two axes or more, biases are not penalised."""

    def __init__(self, strength: float) -> None:
        if not strength >= 0:
            raise ValueError(f"the strength of a penalty is not negative, but got {strength}")
        self.strength = strength

    def value(self, parameters: Mapping[str, Tensor]) -> float:
        """λ Σ r(W), a Python float."""
        terms = (float(self._r(W.double()).sum()) for W in _weights(parameters).values())
        return self.strength * sum(terms, 0.0)

    def gradient(self, parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return `λ r'(W)` for the weights alone."""
        return {name: self.strength * self._slope(W) for name, W in _weights(parameters).items()}

    @abstractmethod
    def _r(self, W: Tensor) -> Tensor:
        """r of each entry."""

    @abstractmethod
    def _slope(self, W: Tensor) -> Tensor:
        """r' of each entry."""


class L2Penalty(_WeightPenalty):
    """λ Σ ‖W‖²_F."""

    def _r(self, W: Tensor) -> Tensor:
        return W.square()

    def _slope(self, W: Tensor) -> Tensor:
        return 2 * W


class L1Penalty(_WeightPenalty):
    """λ Σ |W|; sgn(0) = 0."""

    def _r(self, W: Tensor) -> Tensor:
        return W.abs()

    def _slope(self, W: Tensor) -> Tensor:
        return W.sign()


def _weights(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: W for name, W in parameters.items() if W.ndim >= 2}


def soft_threshold(w: Tensor, amount: float) -> Tensor:
    """sgn(w) max(|w| − amount, 0), a new tensor."""
    return torch.sign(w) * (w.abs() - amount).clamp(min=0)


def fit_linear(
    x: Tensor,
    y: Tensor,
    *,
    l2: float = 0.0,
    l1: float = 0.0,
    learning_rate: float = 0.1,
    steps: int = 300,
) -> tuple[Tensor, float]:
    """Fit y ≈ x w + b by gradient descent: w `(D,)` and b."""
    w, b = x.new_zeros(x.shape[1]), x.new_zeros(())
    for _ in range(steps):
        error = x @ w + b - y
        w = soft_threshold(
            w - learning_rate * (2 * error @ x / len(x) + 2 * l2 * w), learning_rate * l1
        )
        b = b - 2 * learning_rate * error.mean()
    return w, float(b)
