"""Contiguous copies in Fortran order, and a private function for each direction."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Array, Model

print("bidirectional")


def _backwards(array: Array | None) -> Array | None:
    if array is None:
        return None
    last_first = list(range(array.shape[1]))[::-1]
    return np.asfortranarray(array[:, last_first])


class Bidirectional(Model):
    def __init__(self, forward: Model, backward: Model) -> None:
        super().__init__()
        if forward is backward:
            raise ValueError("one layer cannot read in both directions")
        self.forward_layer: Any = self.add_child("forward_layer", forward)
        self.backward_layer: Any = self.add_child("backward_layer", backward)

    def initial_state(self, batch_size: int) -> tuple[Any, Any]:
        left = self.forward_layer.initial_state(batch_size)
        return left, self.backward_layer.initial_state(batch_size)

    def forward(self, x: Array, state: Any = None, mask: Array | None = None) -> Array:
        first, last = state if state is not None else self.initial_state(len(x))
        left = self.forward_layer.forward(x, first, mask)
        right = _backwards(self.backward_layer.forward(_backwards(x), last, _backwards(mask)))
        N, T, H = left.shape
        self.sizes = H, right.shape[2]
        y = np.empty((N, T, sum(self.sizes)), left.dtype, order="F")
        y[..., :H], y[..., H:] = left, right
        self.state = (self.forward_layer.state, self.backward_layer.state)
        return y

    def backward(self, grad_y: Array) -> tuple[Array, tuple[Any, Any]]:
        H, _ = self.sizes
        grad_x, of_first = self.forward_layer.backward(np.asfortranarray(grad_y[..., :H]))
        other, of_last = self.backward_layer.backward(_backwards(grad_y[..., H:]))
        return np.add(grad_x, _backwards(other)), (of_first, of_last)
