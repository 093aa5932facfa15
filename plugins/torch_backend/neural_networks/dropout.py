"""Dropout on torch tensors: the masks are drawn on their device."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from plugins.networks.neural_networks import dropout
from plugins.networks.neural_networks.dropout import DropConnect, average_over_masks, monte_carlo
from plugins.torch_backend.arrays import to_tensor, uniforms

__all__ = ["DropConnect", "Dropout", "VariationalDropout", "average_over_masks", "monte_carlo"]


class Dropout(dropout.Dropout):
    """Dropout with masks of the device."""

    def forward(self, x: Any) -> Any:
        """Return x ∘ m, without the graph of x."""
        return super().forward(to_tensor(x).detach())

    def _kept(self, x: Tensor) -> Tensor:
        drawn = uniforms(self._mask_shape(x), x.device, rng=self.rng)
        return (drawn < self.keep_probability).to(x.dtype)


class VariationalDropout(Dropout, dropout.VariationalDropout):
    """Dropout with one mask of the device for all time steps."""
