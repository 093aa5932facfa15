"""Penalties on large weights: terms that are added to a loss against overfitting.

Source: CS224n notes part III, section 2.2 (misprint corrected, see README.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from framework.interfaces import Array, Parameters, Penalty


def weights(parameters: Mapping[str, Array]) -> Parameters:
    """Given: return the parameters that are penalised: arrays with two axes or more.

    A bias has at most one axis. It shifts a function and does not change its smoothness, so it is
    not penalised.
    """
    return {name: W for name, W in parameters.items() if np.ndim(W) >= 2}


class L2Penalty(Penalty):
    """λ Σ ‖W‖²_F, the sum of the squares of all weights.

    Args:
        strength: λ ≥ 0.

    Raises:
        ValueError: `strength` is negative or NaN.
    """

    def __init__(self, strength: float) -> None:
        if not strength >= 0:
            raise ValueError(f"the strength of a penalty is not negative, but got {strength}")
        self.strength = strength

    def value(self, parameters: Mapping[str, Array]) -> float:
        """Return λ Σ over all weights of W², a Python float; 0 if there are no weights."""
        # BEGIN SOLUTION
        squares = (np.sum(W**2) for W in weights(parameters).values())
        return float(self.strength * sum(squares))
        # END SOLUTION

    def gradient(self, parameters: Mapping[str, Array]) -> Parameters:
        """Return the derivative with respect to each weight, `2 λ W`: new arrays, weights only."""
        # BEGIN SOLUTION
        return {name: 2 * self.strength * W for name, W in weights(parameters).items()}
        # END SOLUTION


class L1Penalty(Penalty):
    """λ Σ |W|, the sum of the absolute values of all weights: it makes many of them 0.

    Args:
        strength: λ ≥ 0.

    Raises:
        ValueError: `strength` is negative or NaN.
    """

    def __init__(self, strength: float) -> None:
        if not strength >= 0:
            raise ValueError(f"the strength of a penalty is not negative, but got {strength}")
        self.strength = strength

    def value(self, parameters: Mapping[str, Array]) -> float:
        """Return λ Σ over all weights of |W|, a Python float; 0 if there are no weights."""
        # BEGIN SOLUTION
        sizes = (np.sum(np.abs(W)) for W in weights(parameters).values())
        return float(self.strength * sum(sizes))
        # END SOLUTION

    def gradient(self, parameters: Mapping[str, Array]) -> Parameters:
        """Return `λ sgn(W)` with sgn(0) = 0: new arrays, weights only."""
        # BEGIN SOLUTION
        return {name: self.strength * np.sign(W) for name, W in weights(parameters).items()}
        # END SOLUTION
