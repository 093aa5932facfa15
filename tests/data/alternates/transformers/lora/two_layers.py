"""Two layers without a bias beside the trained one; the trained one is a hidden part."""

import math

import numpy as np

from framework.interfaces import Model


class Thin(Model):
    """x M."""

    def __init__(self, name, M):
        super().__init__()
        self.name = name
        self.add_parameter(name, M)

    def forward(self, x):
        self.x = x
        return x @ self.parameters[self.name]

    def backward(self, grad_output):
        for x, g in zip(
            self.x.reshape(-1, self.x.shape[-1]),
            grad_output.reshape(-1, grad_output.shape[-1]),
            strict=True,
        ):
            self.gradients[self.name] += np.outer(x, g)
        return grad_output @ self.parameters[self.name].T


class LoRA(Model):
    def __init__(self, layer, rank, alpha, *, rng):
        super().__init__()
        W = layer.parameters["W"]
        if not 0 < rank <= min(W.shape):
            raise ValueError("rank")
        if not (alpha > 0 and math.isfinite(alpha)):
            raise ValueError("alpha")
        A = rng.normal(0.0, 1 / math.sqrt(len(W)), (len(W), rank)).astype(W.dtype)
        self.down = self.add_child("_down", Thin("A", A))
        self.up = self.add_child("_up", Thin("B", np.zeros((rank, W.shape[1]), W.dtype)))
        self.layer, self.scale, self.merged = layer, alpha / rank, False

    def forward(self, x):
        if x.shape[-1:] != self.layer.parameters["W"].shape[:1]:
            raise ValueError("x")
        y = self.layer.forward(x)
        return y if self.merged else y + self.scale * self.up.forward(self.down.forward(x))

    def backward(self, grad_output):
        if self.merged:
            raise ValueError("merged")
        through = self.down.backward(self.up.backward(self.scale * grad_output))
        return through + grad_output @ self.layer.parameters["W"].T

    def moved(self, sign):
        A, B = self.down.parameters["A"], self.up.parameters["B"]
        self.layer.parameters["W"] = self.layer.parameters["W"] + sign * self.scale * A @ B

    def merge(self):
        if self.merged:
            return
        self.moved(1)
        self.merged = True

    def unmerge(self):
        if not self.merged:
            return
        self.moved(-1)
        self.merged = False
