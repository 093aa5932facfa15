"""Penalties on large weights: what is added to a loss so that a network stays simple.

Source: CS224n notes part III, section 2.2 (misprint corrected, see README.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from framework.interfaces import Array, Parameters, Penalty


def weights(parameters: Mapping[str, Array]) -> Parameters:
    """Given: those of `parameters` that are penalised, arrays of two axes or more.

    A bias is an array of one axis, or a number: it moves a function up or down and makes it no less
    smooth, so it is left alone.
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
        """λ Σ over all weights of W², a Python float; 0 where there are no weights."""
        # TODO: your code here
        raise NotImplementedError

    def gradient(self, parameters: Mapping[str, Array]) -> Parameters:
        """Its derivative by every weight, `2 λ W`: new arrays, for the weights alone."""
        # TODO: your code here
        raise NotImplementedError


class L1Penalty(Penalty):
    """λ Σ |W|, the sum of the absolute values of all weights: it drives many of them to 0.

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
        """λ Σ over all weights of |W|, a Python float; 0 where there are no weights."""
        # TODO: your code here
        raise NotImplementedError

    def gradient(self, parameters: Mapping[str, Array]) -> Parameters:
        """`λ sgn(W)` with sgn(0) = 0: new arrays, for the weights alone."""
        # TODO: your code here
        raise NotImplementedError
