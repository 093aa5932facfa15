"""The activation functions of notes III, section 2.4, with torch's kernels.

Their derivatives at the kinks are those of the reference: ReLU'(0) = 0, LeakyReLU'(0) = slope and
hardtanh'(±1) = 1.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.model import AutogradModel, TorchModel


class Sigmoid(AutogradModel):
    """σ(z) = 1 / (1 + e^−z), of any shape."""

    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """σ(z), in the shape of z."""
        return torch.sigmoid(inputs[0])


class Tanh(AutogradModel):
    """tanh(z), of any shape."""

    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """tanh(z), in the shape of z."""
        return torch.tanh(inputs[0])


class HardTanh(AutogradModel):
    """−1 below −1, z between, 1 above 1; of any shape."""

    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """hardtanh(z), in the shape of z."""
        # The derivative of clamp is 1 at both ends; that of torch's own hardtanh is 0 there.
        return torch.clamp(inputs[0], -1, 1)


class ReLU(AutogradModel):
    """max(z, 0), of any shape."""

    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """max(z, 0), in the shape of z."""
        return torch.relu(inputs[0])


class LeakyReLU(AutogradModel):
    """z where z > 0, else slope · z; of any shape.

    Args:
        slope: the derivative where z ≤ 0.
    """

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        self.slope = slope

    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """The leaky rectifier, in the shape of z."""
        return functional.leaky_relu(inputs[0], self.slope)


class SoftSign(TorchModel):
    """z / (1 + |z|), of any shape.

    Differentiated by hand: torch takes the difference of 1/(1 + |z|) and |z|/(1 + |z|)², which
    loses its digits where |z| is large.
    """

    def forward(self, z: Tensor) -> Tensor:
        """z / (1 + |z|), in the shape of `z`."""
        z = to_tensor(z).detach()
        self._denominator = 1 + z.abs()
        return z / self._denominator

    def backward(self, grad_output: Tensor) -> Tensor:
        """Gradient of z, with softsign'(z) = 1 / (1 + |z|)²."""
        # Divided twice, because the square of a large denominator would overflow.
        return grad_output.detach() / self._denominator / self._denominator
