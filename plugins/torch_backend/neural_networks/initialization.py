"""Initial weights as torch tensors, drawn by NumPy's generator.

Source: CS224n notes part III, section 2.6; Glorot and Bengio, "Understanding the difficulty of
training deep feedforward neural networks" (2010); LeCun et al., "Efficient BackProp" (1998).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from plugins.torch_backend.arrays import current_device, to_tensor


def xavier_uniform(fan_in: int, fan_out: int, *, rng: np.random.Generator) -> Tensor:
    """Draw `(fan_in, fan_out)` float64, uniform on ±√(6 / (fan_in + fan_out)).

    Raises:
        ValueError: a layer without inputs or units.
    """
    _check_sizes(fan_in, fan_out)
    bound = (6.0 / (fan_in + fan_out)) ** 0.5
    return torch.from_numpy(rng.uniform(-bound, bound, (fan_in, fan_out))).to(current_device())


def fan_in_scaled(fan_in: int, fan_out: int, *, rng: np.random.Generator) -> Tensor:
    """Draw `(fan_in, fan_out)` float64, normal with standard deviation 1 / √fan_in.

    Raises:
        ValueError: a layer without inputs or units.
    """
    _check_sizes(fan_in, fan_out)
    return torch.from_numpy(rng.normal(0, fan_in**-0.5, (fan_in, fan_out))).to(current_device())


def zero_biases(fan_out: int) -> Tensor:
    """Zeros `(fan_out,)` float64."""
    return torch.zeros(fan_out, dtype=torch.float64, device=current_device())


def _check_sizes(fan_in: int, fan_out: int) -> None:
    if fan_in < 1 or fan_out < 1:
        raise ValueError(f"a layer has inputs and units, but got {fan_in} and {fan_out}")


def deep_losses(
    weights: Sequence[Tensor],
    x: Tensor,
    y: Tensor,
    *,
    learning_rate: float,
    steps: int,
    activation: str = "tanh",
) -> list[float]:
    """Train s = f(... f(x W_1) ...) W_L by gradient descent; return J before each step."""
    f = torch.tanh if activation == "tanh" else torch.sigmoid
    x, y = to_tensor(x), to_tensor(y)
    W = [to_tensor(array).detach().clone().requires_grad_() for array in weights]
    losses = []
    for _ in range(steps):
        h = x
        for layer in W[:-1]:
            h = f(h @ layer)
        loss = ((h @ W[-1])[:, 0] - y).square().mean()
        losses.append(loss.detach())
        gradients = torch.autograd.grad(loss, W)
        with torch.no_grad():
            for layer, gradient in zip(W, gradients, strict=True):
                layer -= learning_rate * gradient
    return [float(value) for value in losses]
