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
    # TODO: your code here
    raise NotImplementedError


def fan_in_scaled(fan_in: int, fan_out: int, *, rng: np.random.Generator) -> Array:
    """Draw weights `(fan_in, fan_out)`, normal with mean 0 and standard deviation 1 / √fan_in.

    Raises: ValueError if `fan_in` or `fan_out` is below 1.
    """
    _check_sizes(fan_in, fan_out)
    # TODO: your code here
    raise NotImplementedError


def zero_biases(fan_out: int) -> Array:
    """Return the biases of a layer: `fan_out` zeros, `(fan_out,)` float64, always a new array."""
    # TODO: your code here
    raise NotImplementedError


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
    # TODO: a forward pass that keeps all h, then the layers in reverse order
    raise NotImplementedError
