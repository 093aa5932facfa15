"""Penalties on large weights: terms that are added to a loss against overfitting.

Source: CS224n notes part III, section 2.2 (misprint corrected, see README.md).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from framework.interfaces import Array, Parameters, Penalty


def weights(parameters: Mapping[str, Array]) -> Parameters:
    """Given: return the parameters that are penalised: arrays with two axes or more, no biases."""
    return {name: W for name, W in parameters.items() if np.ndim(W) >= 2}


class L2Penalty(Penalty):
    """λ Σ ‖W‖²_F, the sum of the squares of all weights, with λ = `strength`.

    Raises: ValueError if `strength` is negative or NaN.
    """

    def __init__(self, strength: float) -> None:
        if not strength >= 0:
            raise ValueError(f"the strength of a penalty is not negative, but got {strength}")
        self.strength = strength

    def value(self, parameters: Mapping[str, Array]) -> float:
        """Return the penalty, a Python float; 0 if there are no weights."""
        # BEGIN SOLUTION
        squares = (np.sum(W**2) for W in weights(parameters).values())
        return float(self.strength * sum(squares))
        # END SOLUTION

    def gradient(self, parameters: Mapping[str, Array]) -> Parameters:
        """Return the gradient of each weight: new arrays, no biases."""
        # BEGIN SOLUTION
        return {name: 2 * self.strength * W for name, W in weights(parameters).items()}
        # END SOLUTION


class L1Penalty(Penalty):
    """λ Σ |W|, the sum of the absolute values of all weights, with λ = `strength`.

    Raises: ValueError if `strength` is negative or NaN.
    """

    def __init__(self, strength: float) -> None:
        if not strength >= 0:
            raise ValueError(f"the strength of a penalty is not negative, but got {strength}")
        self.strength = strength

    def value(self, parameters: Mapping[str, Array]) -> float:
        """Return the penalty, a Python float; 0 if there are no weights."""
        # BEGIN SOLUTION
        sizes = (np.sum(np.abs(W)) for W in weights(parameters).values())
        return float(self.strength * sum(sizes))
        # END SOLUTION

    def gradient(self, parameters: Mapping[str, Array]) -> Parameters:
        """Return the gradient of each weight, 0 for a weight of 0: new arrays, no biases."""
        # BEGIN SOLUTION
        return {name: self.strength * np.sign(W) for name, W in weights(parameters).items()}
        # END SOLUTION


def soft_threshold(w: Array, amount: float) -> Array:
    """Return sgn(w) max(|w| − amount, 0), a new array: small weights become exactly 0.

    The array w `(...)` has a float dtype, which the result keeps. It is not modified.
    """
    # BEGIN SOLUTION
    return np.sign(w) * np.maximum(np.abs(w) - amount, 0)
    # END SOLUTION


def fit_linear(
    x: Array,
    y: Array,
    *,
    l2: float = 0.0,
    l1: float = 0.0,
    learning_rate: float = 0.1,
    steps: int = 300,
) -> tuple[Array, float]:
    """Fit y ≈ x w + b by gradient descent on the mean squared error and penalties of w.

    Each step moves w and b against the gradient of error and L2, both computed before the step.
    Then w becomes soft_threshold(w, learning_rate · l1). w and b start at 0.

    Args:
        x, y: `(N, D)` and `(N,)`. Not modified.

    Returns: w `(D,)` and b.
    """
    # BEGIN SOLUTION: the gradient of the error, that of L2, one step, then the threshold
    w, b = np.zeros(x.shape[1]), 0.0
    for _ in range(steps):
        error = x @ w + b - y
        grad_w = 2 * error @ x / len(x) + 2 * l2 * w
        w = soft_threshold(w - learning_rate * grad_w, learning_rate * l1)
        b -= learning_rate * 2 * float(error.mean())
    return w, b
    # END SOLUTION
