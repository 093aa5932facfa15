"""A private object for each direction; typed; tests under ``__main__``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from framework.interfaces import Array, Model


@dataclass
class _Reader:
    layer: Any
    step: int

    def order(self, array: Array | None) -> Array | None:
        return None if array is None else array[:, :: self.step].copy()

    def read(self, x: Array, state: Any, mask: Array | None) -> Array:
        return self.order(self.layer.forward(self.order(x), state, self.order(mask)))

    def back(self, grad: Array) -> tuple[Array, Any]:
        grad_x, grad_state = self.layer.backward(self.order(grad))
        return self.order(grad_x), grad_state


class Bidirectional(Model):
    def __init__(self, forward: Model, backward: Model) -> None:
        super().__init__()
        if forward is backward:
            raise ValueError("each direction has weights of its own")
        self.add_child("forward_layer", forward)
        self.add_child("backward_layer", backward)
        self.forward_layer, self.backward_layer = forward, backward
        self.readers = _Reader(forward, 1), _Reader(backward, -1)

    def initial_state(self, batch_size: int) -> tuple[Any, ...]:
        return tuple(reader.layer.initial_state(batch_size) for reader in self.readers)

    def forward(self, x: Array, state: Any = None, mask: Array | None = None) -> Array:
        state = (None, None) if state is None else state
        parts = [r.read(x, s, mask) for r, s in zip(self.readers, state, strict=True)]
        self.state = tuple(reader.layer.state for reader in self.readers)
        self.sizes = [part.shape[2] for part in parts]
        return np.concatenate(parts, axis=2)

    def backward(self, grad_y: Array) -> tuple[Array, tuple[Any, ...]]:
        pieces = np.split(grad_y, self.sizes[:1], axis=2)
        results = [r.back(piece) for r, piece in zip(self.readers, pieces, strict=True)]
        (one, first), (other, last) = results
        return one + other, (first, last)


if __name__ == "__main__":
    print("a module of two directions")
