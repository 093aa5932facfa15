"""Shortcut connections around a layer on tensors: residual, dense and highway.

Source: CS224n lecture 7, section 4.3; He et al., "Deep Residual Learning for Image Recognition"
(2015); Huang et al., "Densely Connected Convolutional Networks" (2017); Srivastava, Greff and
Schmidhuber, "Highway Networks" (2015).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from framework.models.differentiated import DifferentiatedModel
from plugins.networks.shared.connections import DenseConnection, Residual

__all__ = ["DenseConnection", "Highway", "Residual"]


class Highway(DifferentiatedModel):
    """y = t ∘ ReLU(x W_h + b_h) + (1 − t) ∘ x, with the gate t = σ(x W_t + b_t)."""

    def __init__(self, size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.size = size
        self.add_parameter("W_h", rng.normal(scale=size**-0.5, size=(size, size)))
        self.add_parameter("b_h", np.zeros(size))
        self.add_parameter("W_t", rng.normal(scale=size**-0.5, size=(size, size)))
        self.add_parameter("b_t", np.full(size, -2.0))

    def forward(self, *inputs: Any) -> Tensor:
        """Return y `(..., D)` of x `(..., D)`; ValueError for another last axis."""
        (x,) = inputs
        if x.shape[-1] != self.size:
            raise ValueError(f"x has {x.shape[-1]} features, but the layer's size is {self.size}")
        return torch.as_tensor(super().forward(x))

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Compute the formula of the class; both products are one, and so are the mixed terms."""
        (x,) = inputs
        W = torch.cat([parameters["W_h"], parameters["W_t"]], dim=1)
        b = torch.cat([parameters["b_h"], parameters["b_t"]])
        a, z = (x @ W + b).chunk(2, dim=-1)
        return torch.lerp(x, a.relu(), z.sigmoid())
