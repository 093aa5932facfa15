"""Initialization: random weights that neither blow signals up nor let them fade.

Source: CS224n notes part III, section 2.6; Glorot and Bengio, "Understanding the difficulty of
training deep feedforward neural networks" (2010); LeCun et al., "Efficient BackProp" (1998).
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array


def xavier_uniform(fan_in: int, fan_out: int, *, rng: np.random.Generator) -> Array:
    """Weights of a layer, uniform on [−b, b] with b = √(6 / (fan_in + fan_out)).

    Their variance b²/3 = 2 / (fan_in + fan_out) lies between 1/fan_in, which keeps the variance of
    signals on their way forward, and 1/fan_out, which keeps that of gradients on their way back.

    Args:
        fan_in: inputs of each unit, ≥ 1.
        fan_out: units, ≥ 1.
        rng: draws the weights.

    Returns:
        `(fan_in, fan_out)` float64.

    Raises:
        ValueError: a layer without inputs or units.
    """
    _check_sizes(fan_in, fan_out)
    # TODO: your code here
    raise NotImplementedError


def fan_in_scaled(fan_in: int, fan_out: int, *, rng: np.random.Generator) -> Array:
    """Weights of a layer, normal with mean 0 and standard deviation 1 / √fan_in.

    A unit adds up fan_in products: with inputs of variance 1 its sum has variance 1 as well.

    Args:
        fan_in: inputs of each unit, ≥ 1.
        fan_out: units, ≥ 1.
        rng: draws the weights.

    Returns:
        `(fan_in, fan_out)` float64.

    Raises:
        ValueError: a layer without inputs or units.
    """
    _check_sizes(fan_in, fan_out)
    # TODO: your code here
    raise NotImplementedError


def zero_biases(fan_out: int) -> Array:
    """Biases of a layer: `fan_out` zeros, `(fan_out,)` float64."""
    # TODO: your code here
    raise NotImplementedError


def _check_sizes(fan_in: int, fan_out: int) -> None:
    """Given: a layer has inputs and units."""
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"a layer has inputs and units, but got {fan_in} and {fan_out}")
