"""A frozen record keeps what backward needs; every function takes and returns arrays."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from framework.interfaces import Array, Model


@dataclasses.dataclass(frozen=True)
class Memory:
    derivative: Array


class Unit(Model):
    memory: Memory | None = None

    def remember(self, derivative: Any, dtype: Any) -> None:
        self.memory = Memory(np.asarray(derivative, dtype=dtype))

    def backward(self, grad_output: Array) -> Array:
        assert self.memory is not None
        return np.multiply(grad_output, self.memory.derivative)


class Sigmoid(Unit):
    def forward(self, z: Array) -> Array:
        result = np.empty_like(z)
        right = z >= 0
        result[right] = 1 / (1 + np.exp(-z[right]))
        e = np.exp(z[~right])
        result[~right] = e / (1 + e)
        self.remember(result * (1 - result), z.dtype)
        return result


class Tanh(Unit):
    def forward(self, z: Array) -> Array:
        e = np.exp(-2 * np.abs(z))
        result = np.sign(z) * (1 - e) / (1 + e)
        self.remember(1 - result**2, z.dtype)
        return result


class HardTanh(Unit):
    def forward(self, z: Array) -> Array:
        result = z.copy()
        result[z > 1] = 1
        result[z < -1] = -1
        self.remember((z >= -1) & (z <= 1), z.dtype)
        return result


class SoftSign(Unit):
    def forward(self, z: Array) -> Array:
        self.remember(1 / (1 + np.abs(z)), z.dtype)
        return z * self.memory.derivative

    def backward(self, grad_output: Array) -> Array:
        once = super().backward(grad_output)
        return super().backward(once)


class ReLU(Unit):
    def forward(self, z: Array) -> Array:
        self.remember(np.heaviside(z, 0), z.dtype)
        return z * (z > 0)


class LeakyReLU(Unit):
    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, z: Array) -> Array:
        slopes = np.full(z.shape, self.slope, z.dtype)
        slopes[z > 0] = 1
        self.remember(slopes, z.dtype)
        return slopes * z
