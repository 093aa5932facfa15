"""Initialization: random weights that keep the size of signals and gradients.

Source: CS224n notes part III, section 2.6; Glorot and Bengio (2010); LeCun et al. (1998).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.interfaces import Array


def xavier_uniform(fan_in: int, fan_out: int, *, rng: np.random.Generator) -> Array:
    """Draw weights `(fan_in, fan_out)`, uniform on [−b, b] with b = √(6 / (fan_in + fan_out)).

    Raises: ValueError if `fan_in` or `fan_out` is below 1.
    """
    _check_sizes(fan_in, fan_out)
    # BEGIN SOLUTION
    bound = np.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))
    # END SOLUTION


def fan_in_scaled(fan_in: int, fan_out: int, *, rng: np.random.Generator) -> Array:
    """Draw weights `(fan_in, fan_out)`, normal with mean 0 and standard deviation 1 / √fan_in.

    Raises: ValueError if `fan_in` or `fan_out` is below 1.
    """
    _check_sizes(fan_in, fan_out)
    # BEGIN SOLUTION
    return rng.normal(scale=1.0 / np.sqrt(fan_in), size=(fan_in, fan_out))
    # END SOLUTION


def zero_biases(fan_out: int) -> Array:
    """Return the biases of a layer: `fan_out` zeros, `(fan_out,)` float64, always a new array."""
    # BEGIN SOLUTION
    return np.zeros(fan_out)
    # END SOLUTION


def _check_sizes(fan_in: int, fan_out: int) -> None:
    """Given: raise a ValueError if a layer has no inputs or no units."""
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"a layer has inputs and units, but got {fan_in} and {fan_out}")


def deep_losses(
    weights: Sequence[Array],
    x: Array,
    y: Array,
    *,
    learning_rate: float,
    steps: int,
    activation: str = "tanh",
) -> list[float]:
    """Train a deep network without biases on all examples; return the loss before each step.

    Args:
        weights: W_1 ... W_L, at least one; W_L is `(m, 1)`. Not modified.
        x, y: `(N, n)` and `(N,)`.
        activation: f, "tanh" or "sigmoid"; after each layer but the last.

    Returns: J = 1/N Σ_n (s_n − y_n)² before each step, `steps` numbers.
    """
    # BEGIN SOLUTION: a forward pass that keeps all h, then the layers in reverse order
    W, losses = [array.copy() for array in weights], []
    for _ in range(steps):
        h = [x]
        for layer in W[:-1]:
            z = h[-1] @ layer
            h.append(np.tanh(z) if activation == "tanh" else 1 / (1 + np.exp(-z)))
        error = (h[-1] @ W[-1])[:, 0] - y
        losses.append(float(np.mean(error**2)))
        grad = 2 * error[:, None] / len(y)
        for k in range(len(W) - 1, -1, -1):
            slope = 1 - h[k] ** 2 if activation == "tanh" else h[k] * (1 - h[k])
            grad_W, grad = h[k].T @ grad, grad @ W[k].T * slope
            W[k] -= learning_rate * grad_W
    return losses
    # END SOLUTION
