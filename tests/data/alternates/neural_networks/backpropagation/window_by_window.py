"""`backward` made of `deltas` and outer products, one window after the other."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


def hidden_layer(x, W, b, activation):
    """a⁽²⁾ and f'(z⁽²⁾), node by node."""
    a, slope = np.empty_like(b), np.empty_like(b)
    for i in range(len(b)):
        f = part(activation)()
        z = b[i : i + 1].copy()
        for j in range(len(x)):
            z += x[j] * W[j, i]
        a[i] = f.forward(z)[0]
        slope[i] = f.backward(np.ones_like(z))[0]
    return a, slope


def deltas(x, W, b, U, activation="sigmoid"):
    D, H = W.shape
    if len(x) != D or len(b) != H or len(U) != H:
        raise ValueError("the shapes do not fit")
    _, slope = hidden_layer(x, W, b, activation)
    delta_2 = np.array([slope[i] * U[i] for i in range(H)])
    delta_1 = np.array([sum(W[j, i] * delta_2[i] for i in range(H)) for j in range(D)])
    return delta_1, delta_2, 1.0


class WindowScorer(Model):
    def __init__(self, input_size, hidden_size, activation="sigmoid", *, rng):
        super().__init__()
        self.activation = activation
        self.add_parameter("W", rng.uniform(-0.5, 0.5, size=(input_size, hidden_size)))
        self.add_parameter("b", np.zeros(hidden_size))
        self.add_parameter("U", rng.uniform(-0.5, 0.5, size=hidden_size))

    def weights(self):
        return self.parameters["W"], self.parameters["b"], self.parameters["U"]

    def deltas(self, x):
        return deltas(x, *self.weights(), self.activation)

    def forward(self, x):
        W, b, U = self.weights()
        if x.ndim != 2 or x.shape[1] != len(W):
            raise ValueError("x is no batch of windows")
        self.x = x.copy()
        self.a = np.array([hidden_layer(row, W, b, self.activation)[0] for row in x], x.dtype)
        self.a = self.a.reshape(len(x), len(U))
        return self.a @ U

    def backward(self, grad_s):
        grad_x = np.empty_like(self.x)
        for n, row in enumerate(self.x):
            delta_1, delta_2, _ = self.deltas(row)
            self.gradients["W"] += grad_s[n] * np.outer(row, delta_2)
            self.gradients["b"] += grad_s[n] * delta_2
            self.gradients["U"] += grad_s[n] * self.a[n]
            grad_x[n] = grad_s[n] * delta_1
        return grad_x
