"""Outer products and a derivative taken in forward; warnings are errors."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

np.seterr(all="raise", under="ignore")
print("backpropagation")


def _checked(x, W, b, U):
    if (x.shape, b.shape, U.shape) != (W.shape[:1], W.shape[1:], W.shape[1:]):
        raise ValueError("shapes")


def deltas(x, W, b, U, activation="sigmoid"):
    _checked(x, W, b, U)
    f = part(activation)()
    z = x @ W + b
    f.forward(z)
    delta_3 = 1.0
    delta_2 = f.backward(np.ones_like(z)) * delta_3 * U
    delta_1 = W @ delta_2
    return delta_1, delta_2, delta_3


class WindowScorer(Model):
    def __init__(self, input_size, hidden_size, activation="sigmoid", *, rng):
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.activation = D, activation
        self.f = self.add_child("f", part(activation)())
        self.add_parameter("W", rng.normal(size=(D, H)) / np.sqrt(D))
        self.add_parameter("b", np.zeros(H))
        self.add_parameter("U", rng.normal(size=H) / np.sqrt(H))

    def deltas(self, x):
        W, b, U = (self.parameters[name] for name in "WbU")
        return deltas(x, W, b, U, self.activation)

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != self.input_size:
            raise ValueError(x.shape)
        z = np.einsum("nd,dh->nh", x, self.parameters["W"]) + self.parameters["b"]
        hidden = self.f.forward(z)
        self.saved = (np.array(x), np.array(hidden), self.f.backward(np.ones_like(z)))
        return np.einsum("nh,h->n", hidden, self.parameters["U"])

    def backward(self, grad_s):
        x, hidden, slope = self.saved
        delta = np.outer(grad_s, self.parameters["U"]) * slope
        self.gradients["W"] += np.einsum("nd,nh->dh", x, delta)
        self.gradients["b"] += np.einsum("nh->h", delta)
        self.gradients["U"] += np.einsum("n,nh->h", grad_s, hidden)
        return np.einsum("nh,dh->nd", delta, self.parameters["W"])


if __name__ == "__main__":
    print(WindowScorer(4, 2, rng=np.random.default_rng(0)).forward(np.ones((1, 4))))
