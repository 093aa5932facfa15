"""A neuron, and a layer of them, on torch tensors.

Source: CS224n notes part III, sections 1.1 and 1.2.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from framework.interfaces import Model
from framework.models.differentiated import check_forward
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.shared.products import add_product, product


@torch.no_grad()
def sigmoid(z: Tensor) -> Tensor:
    """Return σ(z) = 1 / (1 + exp(−z)) `(...)` for `z: (...)`."""
    return torch.sigmoid(to_tensor(z))


@torch.no_grad()
def neuron(x: Tensor, w: Tensor, b: float) -> Tensor:
    """Return a = σ(wᵀx + b) `(...)` for the inputs `x: (..., n)` and the weights `w: (n,)`.

    Raises:
        ValueError: `x` has not one number for each weight.
    """
    x, w = to_tensor(x), to_tensor(w)
    if x.shape[-1:] != w.shape:
        raise ValueError(
            f"a neuron with weights {tuple(w.shape)} cannot read inputs {tuple(x.shape)}"
        )
    return sigmoid(x @ w + b)


class Affine(Model):
    """z = x W + b.

    Differentiated by hand: one product adds each gradient in place.
    """

    def __init__(self, input_size: int, output_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        D, H = input_size, output_size
        self.input_size = D
        self.add_parameter("W", rng.normal(scale=D**-0.5, size=(D, H)))
        self.add_parameter("b", np.zeros(H))

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        """Return z `(..., H)` for `x: (..., D)`.

        Raises:
            ValueError: the last axis of `x` is not D.
        """
        x = to_tensor(x)
        if x.shape[-1:] != (self.input_size,):
            raise ValueError(f"x has shape {tuple(x.shape)}, but input_size is {self.input_size}")
        self._x = x.reshape(-1, self.input_size)
        z = product(self._x, self.parameters["W"], self.parameters["b"])
        return z.view(*x.shape[:-1], z.shape[-1])

    @torch.no_grad()
    def backward(self, grad_output: Tensor) -> Tensor:
        """Add the gradients of W and b; return that of x, `(..., D)`."""
        check_forward(self, "_x")
        delta = grad_output.reshape(-1, grad_output.shape[-1])
        add_product(self.gradients["W"], self._x.T, delta)
        self.gradients["b"].add_(delta.sum(0))
        return product(delta, self.parameters["W"].T).view(*grad_output.shape[:-1], self.input_size)
