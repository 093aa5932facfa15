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
        # TODO: compute σ(z) without overflow, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # TODO: your code here
        raise NotImplementedError


class Tanh(Model):
    """tanh(z) = (exp(z) − exp(−z)) / (exp(z) + exp(−z)) = 2σ(2z) − 1."""

    def forward(self, z: Array) -> Array:
        """Return tanh(z), finite for every finite z."""
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # TODO: your code here
        raise NotImplementedError


class HardTanh(Model):
    """hardtanh(z) = −1 for z < −1, z on [−1, 1], 1 for z > 1; its derivative at ±1 is 1."""

    def forward(self, z: Array) -> Array:
        """Return hardtanh(z)."""
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # TODO: your code here
        raise NotImplementedError


class SoftSign(Model):
    """softsign(z) = z / (1 + abs(z)); its gradient is exact for every finite z, such as 1e200."""

    def forward(self, z: Array) -> Array:
        """Return softsign(z)."""
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # TODO: your code here
        raise NotImplementedError


class ReLU(Model):
    """rect(z) = max(z, 0); its derivative at 0 is 0."""

    def forward(self, z: Array) -> Array:
        """Return rect(z)."""
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # TODO: your code here
        raise NotImplementedError


class LeakyReLU(Model):
    """leaky(z) = max(z, k z) with k = `slope`, 0 ≤ k ≤ 1; its derivative at 0 is k."""

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, z: Array) -> Array:
        """Return leaky(z)."""
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of z `(...)`."""
        # TODO: your code here
        raise NotImplementedError
