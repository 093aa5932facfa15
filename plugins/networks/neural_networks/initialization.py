"""Initial weights, drawn by NumPy's generator, and a descent of deep networks, on any arrays.

Source: CS224n notes part III, section 2.6; Glorot and Bengio, "Understanding the difficulty of
training deep feedforward neural networks" (2010); LeCun et al., "Efficient BackProp" (1998).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from framework.arrays import current_arrays


def xavier_uniform(fan_in: int, fan_out: int, *, rng: np.random.Generator) -> Any:
    """Draw `(fan_in, fan_out)` float64, uniform on ±√(6 / (fan_in + fan_out)).

    Raises:
        ValueError: a layer without inputs or units.
    """
    _check_sizes(fan_in, fan_out)
    bound = (6.0 / (fan_in + fan_out)) ** 0.5
    return current_arrays().from_numpy(rng.uniform(-bound, bound, (fan_in, fan_out)))


def fan_in_scaled(fan_in: int, fan_out: int, *, rng: np.random.Generator) -> Any:
    """Draw `(fan_in, fan_out)` float64, normal with standard deviation 1 / √fan_in.

    Raises:
        ValueError: a layer without inputs or units.
    """
    _check_sizes(fan_in, fan_out)
    return current_arrays().from_numpy(rng.normal(0, fan_in**-0.5, (fan_in, fan_out)))


def zero_biases(fan_out: int) -> Any:
    """Zeros `(fan_out,)` float64."""
    return current_arrays().from_numpy(np.zeros(fan_out))


def _check_sizes(fan_in: int, fan_out: int) -> None:
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"a layer has inputs and units, but got {fan_in} and {fan_out}")


def deep_losses(
    weights: Sequence[Any],
    x: Any,
    y: Any,
    *,
    learning_rate: float,
    steps: int,
    activation: str = "tanh",
) -> list[float]:
    """Train s = f(... f(x W_1) ...) W_L by gradient descent; return J before each step."""
    arrays, losses = current_arrays(), []
    loss = partial(_loss, activation)
    W = {str(i): arrays.asarray(layer) for i, layer in enumerate(weights)}
    x, y = arrays.asarray(x), arrays.asarray(y)
    for _ in range(steps):
        value, pullback = arrays.pullback(loss, W, [x, y])
        losses.append(float(value))
        gradients, _ = pullback(arrays.namespace.ones_like(value))
        W = {name: layer - learning_rate * gradients[name] for name, layer in W.items()}
    return losses


def _loss(activation: str, W: Mapping[str, Any], x: Any, y: Any) -> Any:
    """J = 1/N Σ_n (s_n − y_n)²."""
    xp, h = current_arrays().namespace, x
    *hidden, last = W.values()
    for layer in hidden:
        z = h @ layer
        h = xp.tanh(z) if activation == "tanh" else 1 / (1 + xp.exp(-z))
    return (((h @ last)[:, 0] - y) ** 2).mean()
