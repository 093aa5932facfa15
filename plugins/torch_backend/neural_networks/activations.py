"""The activation functions of notes III, section 2.4, with torch's kernels.

Derivatives are computed by the kernels of autograd, without a graph. At the kinks they have the
values of the reference: ReLU'(0) = 0, LeakyReLU'(0) = slope, hardtanh'(±1) = 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from plugins.torch_backend.arrays import to_tensor

_aten = torch.ops.aten


class _Activation(Model, ABC):
    """y = f(z) `(...)`, entry by entry."""

    #: The function f.
    _f: Callable[[Tensor], Tensor]

    def forward(self, z: Tensor) -> Tensor:
        """Return f(z) `(...)` for `z: (...)`."""
        self._z = to_tensor(z).detach()
        self._y = self._f(self._z)
        return self._y

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return grad_output ∘ f'(z) `(...)`."""
        return torch.as_tensor(self._back(grad_output.detach()))

    @abstractmethod
    def _back(self, grad: Tensor) -> Any:
        """Return grad ∘ f'(z), at the z and y of the last `forward`."""


class Sigmoid(_Activation):
    """σ(z) = 1 / (1 + exp(−z)); σ'(z) = σ(z) (1 − σ(z))."""

    _f = staticmethod(torch.sigmoid)

    def _back(self, grad: Tensor) -> Any:
        return _aten.sigmoid_backward(grad, self._y)


class Tanh(_Activation):
    """tanh(z); tanh'(z) = 1 − tanh²(z)."""

    _f = staticmethod(torch.tanh)

    def _back(self, grad: Tensor) -> Any:
        return _aten.tanh_backward(grad, self._y)


class HardTanh(_Activation):
    """−1 for z < −1, z on [−1, 1], 1 for z > 1; the derivative is 1 on that closed interval."""

    def _f(self, z: Tensor) -> Tensor:
        return torch.clamp(z, -1, 1)

    def _back(self, grad: Tensor) -> Any:
        # The kernel's interval is open: with the next number above 1 as its end it contains 1.
        end = 1 + torch.finfo(self._z.dtype).eps
        return _aten.hardtanh_backward(grad, self._z, -end, end)


class SoftSign(_Activation):
    """softsign(z) = z / (1 + |z|); softsign'(z) = 1 / (1 + |z|)²."""

    def _f(self, z: Tensor) -> Tensor:
        self._denominator = z.abs().add_(1)
        return z / self._denominator

    def _back(self, grad: Tensor) -> Any:
        # Divided twice, because the square of a large denominator would overflow. (Autograd takes
        # 1/(1 + |z|) − |z|/(1 + |z|)², which for large |z| has no correct digit left.)
        return (grad / self._denominator).div_(self._denominator)


class ReLU(_Activation):
    """rect(z) = max(z, 0); rect'(z) = 1 for z > 0 and 0 otherwise."""

    _f = staticmethod(torch.relu)

    def _back(self, grad: Tensor) -> Any:
        return _aten.threshold_backward(grad, self._z, 0)


class LeakyReLU(_Activation):
    """leaky(z) = z for z > 0 and k z otherwise, k the `slope`; leaky'(z) is 1 or k."""

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = slope

    def _f(self, z: Tensor) -> Tensor:
        return functional.leaky_relu(z, self.slope)

    def _back(self, grad: Tensor) -> Any:
        z_is_y = False
        return _aten.leaky_relu_backward(grad, self._z, self.slope, z_is_y)
