"""Connections are small objects; prints, and tests under ``__main__``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from framework.interfaces import Array, Model

print("stacked layers")


@dataclass
class _Connection:
    kind: str | None
    size: int = field(default=0, init=False)
    joined: bool = field(default=False, init=False)

    def up(self, x: Array, h: Array) -> Array:
        self.size, self.joined = x.shape[-1], x.shape == h.shape
        if self.kind == "dense":
            return np.dstack([x, h])
        return x + h if self.kind == "skip" and self.joined else h

    def down(self, grad: Array) -> tuple[Array, Array | float]:
        if self.kind == "dense":
            return grad[..., self.size :], grad[..., : self.size]
        return grad, grad if self.kind == "skip" and self.joined else 0


class Stacked(Model):
    def __init__(self, layers: Sequence[Model], skip: str | None = None) -> None:
        super().__init__()
        if len(layers) == 0:
            raise ValueError("no layers")
        if any(a is b for i, a in enumerate(layers) for b in layers[:i]):
            raise ValueError("a layer twice")
        if skip not in {None, "skip", "dense"}:
            raise ValueError(skip)
        self.skip = skip
        self.pairs: list[tuple[Any, _Connection]] = []
        for i, layer in enumerate(layers, 1):
            self.pairs.append((self.add_child(f"layer_{i}", layer), _Connection(skip)))

    def initial_state(self, batch_size: int) -> tuple[Any, ...]:
        return tuple(layer.initial_state(batch_size) for layer, _ in self.pairs)

    def forward(self, x: Array, state: Any = None, mask: Array | None = None) -> Array:
        if state is None:
            state = self.initial_state(len(x))
        if len(state) != len(self.pairs):
            raise ValueError("one state for each layer")
        for (layer, connection), first in zip(self.pairs, state, strict=True):
            h = layer.forward(x, first, mask)
            x = connection.up(x, h)
        self.state = tuple(layer.state for layer, _ in self.pairs)
        return h if self.skip == "dense" else x

    def backward(self, grad_h: Array) -> tuple[Array, tuple[Any, ...]]:
        if self.skip == "dense":
            width = self.pairs[-1][1].size
            grad_h = np.pad(grad_h, ((0, 0), (0, 0), (width, 0)))
        states = ()
        for layer, connection in self.pairs[::-1]:
            own, around = connection.down(grad_h)
            through, grad_state = layer.backward(own)
            grad_h, states = through + around, (grad_state, *states)
        return grad_h, states


if __name__ == "__main__":
    print(_Connection("dense"))
