"""Deep models as chains of layers: each layer reads the result of the one before it.

Of the layers only their interface is used, so they may come from any provider that offers them on
tensors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from plugins.torch_backend.shared.model import checked_ids


class Flatten(Model):
    """`(N, ...)` as `(N, the rest)`."""

    def forward(self, x: Tensor) -> Tensor:
        """Return x as `(N, D)`."""
        self._shape = x.shape
        return x.flatten(1)

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return the gradient in the shape of x."""
        return grad_output.reshape(self._shape)


class EmbeddedChain(Model):
    """A chain of `layers` on the vectors of ids, the rows of its parameter ``embedding``."""

    def __init__(self) -> None:
        super().__init__()
        self.layers: list[Any] = []

    def add_layer(self, name: str, layer: Any) -> None:
        """Append `layer` to the chain of this model."""
        self.layers.append(self.add_child(name, layer))

    @torch.no_grad()
    def forward(self, ids: Any) -> Tensor:
        """Return the result of the last layer for `ids`.

        Raises:
            IndexError: an id that is no row of the table.
        """
        table = self.parameters["embedding"]
        self._ids = self._prepared(checked_ids(ids, len(table)))
        return forward_through(self.layers, functional.embedding(self._ids, table))

    def _prepared(self, ids: Tensor) -> Tensor:
        """Return the ids whose vectors are read for `ids`."""
        return ids

    @torch.no_grad()
    def backward(self, grad_output: Tensor) -> None:
        """Back through all layers down to the rows that were read."""
        rows = backward_through(self.layers, grad_output).flatten(0, -2)
        self.gradients["embedding"].index_add_(0, self._ids.flatten(), rows)


def forward_through(layers: Sequence[Any], x: Tensor) -> Tensor:
    """Return the output of the last of `layers`."""
    for layer in layers:
        x = layer.forward(x)
    return x


def backward_through(layers: Sequence[Any], grad: Tensor) -> Tensor:
    """Return the gradient of the first layer's input, from that of the last one's output."""
    for layer in reversed(layers):
        grad = layer.backward(grad)
    return grad
