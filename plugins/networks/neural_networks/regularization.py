"""Penalties on large weights, on the arrays of any backend.

Source: CS224n notes part III, section 2.2 (misprint corrected, see the exercise's README.md).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from framework.arrays import current_arrays
from framework.interfaces import Penalty


class _WeightPenalty(Penalty):
    """λ Σ r(W) over all weights: arrays of two axes or more, biases are not penalised."""

    def __init__(self, strength: float) -> None:
        if not strength >= 0:
            raise ValueError(f"the strength of a penalty is not negative, but got {strength}")
        self.strength = strength

    def value(self, parameters: Mapping[str, Any]) -> float:
        """λ Σ r(W), a Python float."""
        arrays = current_arrays()
        weights = (arrays.astype(W, "float64") for W in _weights(parameters).values())
        return self.strength * sum(float(self._r(W).sum()) for W in weights)

    def gradient(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return `λ r'(W)` for the weights alone."""
        return {name: self.strength * self._slope(W) for name, W in _weights(parameters).items()}

    @abstractmethod
    def _r(self, W: Any) -> Any:
        """r of each entry."""

    @abstractmethod
    def _slope(self, W: Any) -> Any:
        """r' of each entry."""


class L2Penalty(_WeightPenalty):
    """λ Σ ‖W‖²_F."""

    def _r(self, W: Any) -> Any:
        return W * W

    def _slope(self, W: Any) -> Any:
        return 2 * W


class L1Penalty(_WeightPenalty):
    """λ Σ |W|; sgn(0) = 0."""

    def _r(self, W: Any) -> Any:
        return abs(W)

    def _slope(self, W: Any) -> Any:
        return current_arrays().namespace.sign(W)


def _weights(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: W for name, W in parameters.items() if W.ndim >= 2}


def soft_threshold(w: Any, amount: float) -> Any:
    """sgn(w) max(|w| − amount, 0), a new array."""
    return current_arrays().namespace.sign(w) * (abs(w) - amount).clip(min=0)


def fit_linear(
    x: Any,
    y: Any,
    *,
    l2: float = 0.0,
    l1: float = 0.0,
    learning_rate: float = 0.1,
    steps: int = 300,
) -> tuple[Any, float]:
    """Fit y ≈ x w + b by gradient descent: w `(D,)` and b."""
    w, b = 0 * x[0], 0 * y[0]
    for _ in range(steps):
        error = x @ w + b - y
        w = soft_threshold(
            w - learning_rate * (2 * error @ x / len(x) + 2 * l2 * w), learning_rate * l1
        )
        b = b - 2 * learning_rate * error.mean()
    return w, float(b)
