"""A network of named layers, one after the other, built from parts of a backend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from framework.interfaces import Model


class Layered(Model):
    """Layers in their order; backward sends the gradient through them in reverse order."""

    def __init__(self, layers: Iterable[Any]) -> None:
        super().__init__()
        self.layers = [
            self.add_child(f"layer_{number}", layer) for number, layer in enumerate(layers, start=1)
        ]

    def forward(self, x: Any) -> Any:
        """Return the output of the last layer."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad_output: Any) -> Any:
        """Add the gradients of all layers; return what the first one returns."""
        for layer in reversed(self.layers):
            grad_output = layer.backward(grad_output)
        return grad_output
