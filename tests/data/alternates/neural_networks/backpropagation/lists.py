"""`deltas` computes with lists of numbers and returns lists as arrays in a list."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


def deltas(x, W, b, U, activation="sigmoid"):
    D, H = W.shape
    if x.shape != (D,) or b.shape != (H,) or U.shape != (H,):
        raise ValueError("the shapes do not match")
    f = part(activation)()
    z = [sum(x[j] * W[j, i] for j in range(D)) + b[i] for i in range(H)]
    f.forward(np.array(z))
    slopes = f.backward(np.ones(H, x.dtype))
    delta_2 = [slopes[i] * U[i] for i in range(H)]
    delta_1 = [sum(delta_2[i] * W[j, i] for i in range(H)) for j in range(D)]
    return [np.array(delta_1), np.array(delta_2), 1.0]


class WindowScorer(Model):
    def __init__(self, input_size, hidden_size, activation="sigmoid", *, rng):
        super().__init__()
        self.input_size, self.activation = input_size, activation
        self.f = self.add_child("f", part(activation)())
        W = rng.normal(scale=input_size**-0.5, size=(input_size, hidden_size))
        self.add_parameter("W", W)
        self.add_parameter("b", np.zeros(hidden_size))
        self.add_parameter("U", rng.normal(scale=hidden_size**-0.5, size=hidden_size))

    def deltas(self, x):
        p = self.parameters
        return deltas(x, p["W"], p["b"], p["U"], self.activation)

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != self.input_size:
            raise ValueError(f"windows of {self.input_size} numbers, not {x.shape}")
        self.x = x.copy()
        self.a = self.f.forward(x @ self.parameters["W"] + self.parameters["b"])
        return self.a @ self.parameters["U"]

    def backward(self, grad_s):
        delta_3 = grad_s[:, np.newaxis]
        delta_2 = self.f.backward(delta_3 * self.parameters["U"])
        self.gradients["U"] += (delta_3 * self.a).sum(axis=0)
        self.gradients["b"] += delta_2.sum(axis=0)
        self.gradients["W"] += self.x.T @ delta_2
        return delta_2 @ self.parameters["W"].T
