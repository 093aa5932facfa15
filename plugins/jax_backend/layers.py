"""Layers and activation functions, on JAX arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from framework.models.differentiated import DifferentiatedModel
from plugins.networks.shared.connections import DenseConnection, Residual

__all__ = ["DenseConnection", "Highway", "Residual"]  # of the exercise `shortcuts`


def check(holds: Any, message: str) -> None:
    """Raise a ValueError with the `message` if a condition does not hold."""
    if not holds:
        raise ValueError(message)


class Affine(DifferentiatedModel):
    """z = x W + b."""

    def __init__(self, input_size: int, output_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.input_size, shape = input_size, (input_size, output_size)
        self.add_parameter("W", rng.normal(scale=input_size**-0.5, size=shape))
        self.add_parameter("b", np.zeros(output_size))

    def forward(self, x: Any) -> Any:
        check(x.shape[-1:] == (self.input_size,), f"{x.shape} is not (..., {self.input_size})")
        return super().forward(x)

    compute = staticmethod(lambda p, x: x @ p["W"] + p["b"])


class Sigmoid(DifferentiatedModel):
    """σ(z)."""

    compute = staticmethod(lambda p, z: jax.nn.sigmoid(z))


class Tanh(DifferentiatedModel):
    """tanh(z)."""

    compute = staticmethod(lambda p, z: jnp.tanh(z))


class ReLU(DifferentiatedModel):
    """max(z, 0), with the derivative 0 at 0."""

    compute = staticmethod(lambda p, z: jax.nn.relu(z))


class Highway(DifferentiatedModel):
    """y = t ∘ ReLU(x W_h + b_h) + (1 − t) ∘ x, with the gate t = σ(x W_t + b_t)."""

    def __init__(self, size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.size = size
        for name, bias in (("h", 0.0), ("t", -2.0)):
            self.add_parameter(f"W_{name}", rng.normal(scale=size**-0.5, size=(size, size)))
            self.add_parameter(f"b_{name}", np.full(size, bias))

    def forward(self, x: Any) -> Any:
        check(x.shape[-1] == self.size, f"x {x.shape} is not (..., {self.size})")
        return super().forward(x)

    @staticmethod
    def compute(p: Mapping[str, Any], x: Any) -> Any:
        t = jax.nn.sigmoid(x @ p["W_t"] + p["b_t"])
        return t * jax.nn.relu(x @ p["W_h"] + p["b_h"]) + (1 - t) * x
