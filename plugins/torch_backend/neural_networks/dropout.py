"""Dropout on torch tensors: the masks are drawn on their device.

Source: CS224n notes part III, section 2.3; Srivastava et al., "Dropout: A Simple Way to Prevent
Neural Networks from Overfitting" (2014); Gal and Ghahramani, "A Theoretically Grounded Application
of Dropout in Recurrent Neural Networks" (2016), for one mask at all steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from framework.interfaces import Model
from plugins.networks.neural_networks.dropout import (
    DropConnect,
    average_over_masks,
    monte_carlo,
)
from plugins.torch_backend.arrays import to_tensor, uniforms

__all__ = ["DropConnect", "Dropout", "VariationalDropout", "average_over_masks", "monte_carlo"]


class Dropout(Model):
    """In training every entry is kept with probability p, else 0; at test time all are kept."""

    def __init__(
        self, keep_probability: float, *, inverted: bool = False, rng: np.random.Generator
    ) -> None:
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError(f"keep_probability lies in (0, 1], but got {keep_probability}")
        self.keep_probability, self.inverted, self.rng = keep_probability, inverted, rng

    def forward(self, x: Tensor) -> Tensor:
        """Return x ∘ m `(...)` for `x: (...)`."""
        x = to_tensor(x).detach()
        p = self.keep_probability
        if self.training:
            kept = uniforms(self._mask_shape(x), x.device, rng=self.rng) < p
            self._factors = kept.to(x.dtype)
            if self.inverted:
                self._factors /= p
        else:
            self._factors = x.new_tensor(1.0 if self.inverted else p)
        return x * self._factors

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return grad_output ∘ m `(...)`."""
        return grad_output * self._factors

    def _mask_shape(self, x: Tensor) -> Sequence[int]:
        return x.shape


class VariationalDropout(Dropout):
    """Dropout of sequences `(N, T, D)` with one mask for all time steps."""

    def _mask_shape(self, x: Tensor) -> Sequence[int]:
        N, _, D = x.shape
        return N, 1, D
