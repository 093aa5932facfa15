"""The activation functions of notes III, section 2.4, with torch's kernels.

The derivatives are those kernels that autograd calls too, without its graph around them, and at
the kinks they are those of the reference: ReLU'(0) = 0, LeakyReLU'(0) = slope, hardtanh'(±1) = 1.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from plugins.torch_backend.arrays import to_tensor

_aten = torch.ops.aten


class Sigmoid(Model):
    """σ(z) = 1 / (1 + exp(−z)); σ'(z) = σ(z) (1 − σ(z))."""

    def forward(self, z: Tensor) -> Tensor:
        """σ(z) `(...)` for `z: (...)`."""
        self._y = torch.sigmoid(to_tensor(z).detach())
        return self._y

    def backward(self, grad_output: Tensor) -> Tensor:
        """grad_output ∘ σ'(z) `(...)`."""
        grad: Tensor = _aten.sigmoid_backward(grad_output.detach(), self._y)
        return grad


class Tanh(Model):
    """tanh(z); tanh'(z) = 1 − tanh²(z)."""

    def forward(self, z: Tensor) -> Tensor:
        """tanh(z) `(...)` for `z: (...)`."""
        self._y = torch.tanh(to_tensor(z).detach())
        return self._y

    def backward(self, grad_output: Tensor) -> Tensor:
        """grad_output ∘ tanh'(z) `(...)`."""
        grad: Tensor = _aten.tanh_backward(grad_output.detach(), self._y)
        return grad


class HardTanh(Model):
    """−1 for z < −1, z on [−1, 1], 1 for z > 1; the derivative is 1 on that closed interval."""

    def forward(self, z: Tensor) -> Tensor:
        """hardtanh(z) `(...)` for `z: (...)`."""
        self._z = to_tensor(z).detach()
        return torch.clamp(self._z, -1, 1)

    def backward(self, grad_output: Tensor) -> Tensor:
        """grad_output ∘ hardtanh'(z) `(...)`."""
        # The kernel's interval is open: with the next number above 1 as its end it contains 1.
        end = 1 + torch.finfo(self._z.dtype).eps
        grad: Tensor = _aten.hardtanh_backward(grad_output.detach(), self._z, -end, end)
        return grad


class SoftSign(Model):
    """softsign(z) = z / (1 + |z|); softsign'(z) = 1 / (1 + |z|)²."""

    def forward(self, z: Tensor) -> Tensor:
        """softsign(z) `(...)` for `z: (...)`."""
        z = to_tensor(z).detach()
        self._denominator = z.abs().add_(1)
        return z / self._denominator

    def backward(self, grad_output: Tensor) -> Tensor:
        """grad_output ∘ softsign'(z) `(...)`."""
        # Divided twice, because the square of a large denominator would overflow. (Autograd takes
        # 1/(1 + |z|) − |z|/(1 + |z|)², which for large |z| has no correct digit left.)
        return (grad_output.detach() / self._denominator).div_(self._denominator)


class ReLU(Model):
    """rect(z) = max(z, 0); rect'(z) = 1 for z > 0 and 0 otherwise."""

    def forward(self, z: Tensor) -> Tensor:
        """rect(z) `(...)` for `z: (...)`."""
        self._z = to_tensor(z).detach()
        return torch.relu(self._z)

    def backward(self, grad_output: Tensor) -> Tensor:
        """grad_output ∘ rect'(z) `(...)`."""
        grad: Tensor = _aten.threshold_backward(grad_output.detach(), self._z, 0)
        return grad


class LeakyReLU(Model):
    """leaky(z) = z for z > 0 and k z otherwise; leaky'(z) = 1 for z > 0 and k otherwise.

    Args:
        slope: k.
    """

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = slope

    def forward(self, z: Tensor) -> Tensor:
        """leaky(z) `(...)` for `z: (...)`."""
        self._z = to_tensor(z).detach()
        return functional.leaky_relu(self._z, self.slope)

    def backward(self, grad_output: Tensor) -> Tensor:
        """grad_output ∘ leaky'(z) `(...)`."""
        g, z_is_y = grad_output.detach(), False
        grad: Tensor = _aten.leaky_relu_backward(g, self._z, self.slope, z_is_y)
        return grad
