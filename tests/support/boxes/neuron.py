"""A neuron, and a layer of them, on boxes."""

import numpy as np

from boxes.arrays import each
from framework.errors import UsageError
from framework.interfaces import Model


def sigmoid(z):
    return each(np.exp, -each(np.logaddexp, 0, -z))


def neuron(x, w, b):
    _check(x, w.shape[0])
    return sigmoid(x @ w + b)


class Affine(Model):
    def __init__(self, input_size, output_size, *, rng):
        super().__init__()
        self.add_parameter("W", rng.normal(scale=input_size**-0.5, size=(input_size, output_size)))
        self.add_parameter("b", np.zeros(output_size))

    def forward(self, x):
        W = self.parameters["W"]
        _check(x, W.shape[0])
        self.x = x
        return x @ W + self.parameters["b"]

    def backward(self, grad_output):
        if not hasattr(self, "x"):
            raise UsageError("Affine.backward needs a forward")
        D, H = self.parameters["W"].shape
        delta = grad_output.reshape(-1, H)
        self.gradients["W"] += self.x.reshape(-1, D).T @ delta
        self.gradients["b"] += delta.sum(0)
        return grad_output @ self.parameters["W"].T


def _check(x, features):
    if x.shape[-1:] != (features,):
        raise ValueError(f"expected (..., {features}), received {x.shape}")
