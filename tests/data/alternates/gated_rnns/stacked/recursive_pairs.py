"""Connections are small objects; prints, and tests under ``__main__``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

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
        return x + h if self.kind == "residual" and self.joined else h

    def down(self, grad: Array) -> tuple[Array, Array | float]:
        if self.kind == "dense":
            return grad[..., self.size :], grad[..., : self.size]
        return grad, grad if self.kind == "residual" and self.joined else 0


class Stacked(Model):
    def __init__(self, layers: Sequence[Model], skip: str | None = None) -> None:
        super().__init__()
        if len(layers) == 0:
            raise ValueError("no layers")
        if any(a is b for i, a in enumerate(layers) for b in layers[:i]):
            raise ValueError("a layer twice")
        if skip not in {None, "residual", "dense"}:
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


class _Matrix:
    """A matrix with its gradient, and the dropout of its entries."""

    def __init__(self, value: Array, gradient: Array, dropout: Any) -> None:
        self.value, self.gradient, self.dropout = value, gradient, dropout

    def draw(self) -> None:
        self.masked = self.dropout.forward(self.value)

    def drop(self) -> None:
        self.whole = self.value.copy()
        self.value[...] = self.masked

    def restore(self) -> None:
        self.value[...] = self.whole

    def forget(self) -> None:
        self.earlier = self.gradient.copy()
        self.gradient[...] = 0

    def add(self) -> None:
        self.gradient[...] = self.dropout.backward(self.gradient) + self.earlier


class RecurrentDropout(Model):
    def __init__(
        self, layer: Any, keep_probability: float, drop: str = "inputs", *, rng: Any
    ) -> None:
        super().__init__()
        if drop not in {"inputs", "weights"}:
            raise ValueError(drop)
        self.layer = self.add_child("_layer", layer)
        matrices = drop == "weights"
        named = sorted(layer.parameters.items()) if matrices else [("x", np.zeros((1, 1)))]
        self.dropouts = {
            name: self.add_child(
                f"_{name}", part("dropout")(keep_probability, inverted=True, rng=rng)
            )
            for name, value in named
            if value.ndim > 1
        }
        self.matrices = [
            _Matrix(layer.parameters[name], layer.gradients[name], dropout)
            for name, dropout in self.dropouts.items()
            if matrices
        ]

    def astype(self, dtype: Any) -> Model:
        super().astype(dtype)
        for matrix, name in zip(self.matrices, self.dropouts, strict=False):
            matrix.value, matrix.gradient = self.layer.parameters[name], self.layer.gradients[name]
        return self

    @property
    def state(self) -> Any:
        return self.layer.state

    def initial_state(self, batch_size: int) -> Any:
        return self.layer.initial_state(batch_size)

    def each(self, method: str) -> None:
        for matrix in self.matrices:
            getattr(matrix, method)()

    def forward(self, x: Array, state: Any = None, mask: Array | None = None) -> Array:
        if not self.matrices:
            x = self.dropouts["x"].forward(x)
        self.each("draw")
        self.each("drop")
        h = self.layer.forward(x, state, mask)
        self.each("restore")
        return h

    def backward(self, grad_h: Array) -> tuple[Array, Any]:
        self.each("forget")
        self.each("drop")
        grad_x, grad_state = self.layer.backward(grad_h)
        self.each("restore")
        self.each("add")
        if not self.matrices:
            grad_x = self.dropouts["x"].backward(grad_x)
        return grad_x, grad_state


if __name__ == "__main__":
    print(_Connection("dense"))
