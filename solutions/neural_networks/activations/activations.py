"""Activation functions: the nonlinearities between layers, and their gradients.

`forward(z: (...))` returns f(z), entry by entry, in the shape and dtype of z. `backward` turns the
gradient of f(z) into that of z, for the z of the last `forward`. Neither changes its argument.

Source: CS224n notes part III, section 2.4 (misprints: docs/lectures.md).
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


class Sigmoid(Model):
    """σ(z) = 1 / (1 + exp(−z)), with values in (0, 1)."""

    def forward(self, z: Array) -> Array:
        """Return σ(z), without overflow and warning at any z, such as −1000."""
        # BEGIN SOLUTION: compute σ(z) without overflow, and keep what backward needs
        e = np.exp(-np.abs(z))  # in (0, 1], whatever the sign of z
        self.y = np.where(z >= 0, 1.0, e) / (1.0 + e)
        return self.y
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # BEGIN SOLUTION
        # σ' = exp(−z) / (1 + exp(−z))² = σ (1 − σ)
        return grad_output * self.y * (1.0 - self.y)
        # END SOLUTION


class Tanh(Model):
    """tanh(z) = (exp(z) − exp(−z)) / (exp(z) + exp(−z)) = 2σ(2z) − 1."""

    def forward(self, z: Array) -> Array:
        """Return tanh(z), finite for every finite z."""
        # BEGIN SOLUTION
        self.y = np.tanh(z)
        return self.y
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # BEGIN SOLUTION
        # tanh' = (cosh² − sinh²) / cosh² = 1 − tanh²
        return grad_output * (1.0 - self.y**2)
        # END SOLUTION


class HardTanh(Model):
    """hardtanh(z) = −1 for z < −1, z on [−1, 1], 1 for z > 1; its derivative at ±1 is 1."""

    def forward(self, z: Array) -> Array:
        """Return hardtanh(z)."""
        # BEGIN SOLUTION
        self.inside = np.abs(z) <= 1.0
        return np.clip(z, -1.0, 1.0)
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # BEGIN SOLUTION
        # the slope is 1 on [−1, 1] and 0 outside
        return grad_output * self.inside
        # END SOLUTION


class SoftSign(Model):
    """softsign(z) = z / (1 + abs(z)); its gradient is exact for every finite z, such as 1e200."""

    def forward(self, z: Array) -> Array:
        """Return softsign(z)."""
        # BEGIN SOLUTION
        self.denominator = 1.0 + np.abs(z)
        return z / self.denominator
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # BEGIN SOLUTION
        # softsign' = 1 / (1 + |z|)²; divided twice, because the square may overflow
        return grad_output / self.denominator / self.denominator
        # END SOLUTION


class ReLU(Model):
    """rect(z) = max(z, 0); its derivative at 0 is 0."""

    def forward(self, z: Array) -> Array:
        """Return rect(z)."""
        # BEGIN SOLUTION
        self.positive = z > 0
        return np.maximum(z, 0.0)
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # BEGIN SOLUTION
        # the slope is 1 for z > 0 and 0 otherwise
        return grad_output * self.positive
        # END SOLUTION


class LeakyReLU(Model):
    """leaky(z) = max(z, k z) with k = `slope`, 0 ≤ k ≤ 1; its derivative at 0 is k."""

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, z: Array) -> Array:
        """Return leaky(z)."""
        # BEGIN SOLUTION
        self.positive = z > 0
        return np.where(self.positive, z, self.slope * z)
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # BEGIN SOLUTION
        # the slope is 1 for z > 0 and k otherwise
        return np.where(self.positive, grad_output, self.slope * grad_output)
        # END SOLUTION
