"""Penalties on large weights, on torch tensors.

Source: CS224n notes part III, section 2.2 (misprint corrected, see the exercise's README.md).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

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
        """`λ r'(W)` for the weights alone."""
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
