"""Index notation throughout, the network run forward again in backward, and δ with matrices."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


def deltas(x, W, b, U, activation="sigmoid"):
    if x.shape + b.shape != W.shape or b.shape != U.shape:
        raise ValueError("the shapes do not fit")
    f = part(activation)()
    f.forward(x @ W + b)
    delta_2 = f.backward(U)
    return W @ delta_2, delta_2, 1.0


class WindowScorer(Model):
    def __init__(self, input_size, hidden_size, activation="sigmoid", *, rng):
        super().__init__()
        self.activation = activation
        self.add_parameter("W", 0.1 * rng.standard_normal((input_size, hidden_size)))
        self.add_parameter("b", np.zeros(hidden_size))
        self.add_parameter("U", 0.1 * rng.standard_normal(hidden_size))

    def deltas(self, x):
        p = self.parameters
        return deltas(x, p["W"], p["b"], p["U"], self.activation)

    def forward(self, x):
        if x.shape[1:] != self.parameters["W"].shape[:1]:
            raise ValueError("windows of another size")
        self.x = x.copy()
        return np.einsum("nh,h->n", self.hidden()[1], self.parameters["U"])

    def hidden(self):
        f = part(self.activation)()
        z = np.einsum("nd,dh->nh", self.x, self.parameters["W"]) + self.parameters["b"]
        return f, f.forward(z)

    def backward(self, grad_s):
        f, a = self.hidden()
        delta = f.backward(np.einsum("n,h->nh", grad_s, self.parameters["U"]))
        self.gradients["U"] += np.einsum("n,nh->h", grad_s, a)
        self.gradients["W"] += np.einsum("nd,nh->dh", self.x, delta)
        self.gradients["b"] += np.einsum("nh->h", delta)
        return np.einsum("nh,dh->nd", delta, self.parameters["W"])
