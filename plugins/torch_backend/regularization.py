"""Penalties on large weights, on torch tensors.

Source: CS224n notes part III, section 2.2 (misprint corrected, see the exercise's README.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor


def weights(parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those of `parameters` that are penalised, tensors of two axes or more: biases are not."""
    return {name: W for name, W in parameters.items() if W.ndim >= 2}


class L2Penalty:
    """λ Σ ‖W‖²_F.

    Args:
        strength: λ ≥ 0.

    Raises:
        ValueError: `strength` is negative or NaN.
    """

    def __init__(self, strength: float) -> None:
        if not strength >= 0:
            raise ValueError(f"the strength of a penalty is not negative, but got {strength}")
        self.strength = strength

    def value(self, parameters: Mapping[str, Tensor]) -> float:
        """λ Σ W², a Python float."""
        squares = (float(W.double().square().sum()) for W in weights(parameters).values())
        return self.strength * sum(squares, 0.0)

    def gradient(self, parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """`2 λ W` for the weights alone."""
        return {name: 2 * self.strength * W for name, W in weights(parameters).items()}


class L1Penalty:
    """λ Σ |W|.

    Args:
        strength: λ ≥ 0.

    Raises:
        ValueError: `strength` is negative or NaN.
    """

    def __init__(self, strength: float) -> None:
        if not strength >= 0:
            raise ValueError(f"the strength of a penalty is not negative, but got {strength}")
        self.strength = strength

    def value(self, parameters: Mapping[str, Tensor]) -> float:
        """λ Σ |W|, a Python float."""
        sizes = (float(W.double().abs().sum()) for W in weights(parameters).values())
        return self.strength * sum(sizes, 0.0)

    def gradient(self, parameters: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """`λ sgn(W)`, sgn(0) = 0, for the weights alone."""
        return {name: self.strength * W.sign() for name, W in weights(parameters).items()}
