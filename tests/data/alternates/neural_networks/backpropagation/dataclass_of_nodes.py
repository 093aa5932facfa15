"""Nodes as objects that distribute their errors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


@dataclass
class _Node:
    delta: float = 0.0
    sources: list = field(default_factory=list)

    def distribute(self) -> None:
        for node, weight, slope in self.sources:
            node.delta += self.delta * weight * slope


def deltas(x, W, b, U, activation="sigmoid"):
    if W.ndim != 2 or x.shape != W.shape[:1] or not b.shape == U.shape == W.shape[1:]:
        raise ValueError("the shapes do not match")
    f = part(activation)()
    f.forward(x @ W + b)
    slopes = f.backward(np.ones(len(b), x.dtype))
    inputs = [_Node() for _ in x]
    hidden = [
        _Node(sources=[(inputs[j], W[j, i], 1) for j in range(len(x))]) for i in range(len(b))
    ]
    score = _Node(1.0, [(node, U[i], slopes[i]) for i, node in enumerate(hidden)])
    for node in (score, *hidden):
        node.distribute()
    first = np.array([node.delta for node in inputs], x.dtype)
    return first, np.array([node.delta for node in hidden], x.dtype), score.delta


class WindowScorer(Model):
    def __init__(self, input_size, hidden_size, activation="sigmoid", *, rng):
        super().__init__()
        self.D, self.activation = input_size, activation
        self.f = self.add_child("f", part(activation)())
        scale = input_size**-0.5
        self.add_parameter("W", rng.normal(scale=scale, size=(input_size, hidden_size)))
        self.add_parameter("b", np.zeros(hidden_size))
        self.add_parameter("U", rng.normal(scale=hidden_size**-0.5, size=hidden_size))

    def deltas(self, x):
        return deltas(x, *(self.parameters[name] for name in "WbU"), self.activation)

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != self.D:
            raise ValueError(f"(N, {self.D}), not {x.shape}")
        self.x = np.asfortranarray(x).copy(order="F")
        self.a = self.f.forward(self.x @ self.parameters["W"] + self.parameters["b"])
        return np.inner(self.a, self.parameters["U"])

    def backward(self, grad_s):
        upstream = np.multiply.outer(grad_s, self.parameters["U"])
        delta = self.f.backward(upstream)
        self.gradients["W"] += np.tensordot(self.x, delta, axes=([0], [0]))
        self.gradients["b"] += np.add.reduce(delta, axis=0)
        self.gradients["U"] += grad_s @ self.a
        return np.inner(delta, self.parameters["W"])
