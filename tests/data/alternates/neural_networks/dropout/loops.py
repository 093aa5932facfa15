"""Entry by entry, from numbers drawn at once."""

import numpy as np

from framework.interfaces import Model


class Dropout(Model):
    def __init__(self, keep_probability, *, inverted=False, rng):
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError("no probability")
        self.p, self.inverted, self.rng = keep_probability, inverted, rng

    def factor(self, u):
        if not self.training:
            return 1.0 if self.inverted else self.p
        if u >= self.p:
            return 0.0
        return 1 / self.p if self.inverted else 1.0

    def numbers(self, x):
        return self.rng.random(x.shape)

    def forward(self, x):
        drawn = self.numbers(x) if self.training else np.zeros(x.shape)
        self.m = np.empty(x.shape, x.dtype)
        for place in np.ndindex(x.shape):
            self.m[place] = self.factor(drawn[place])
        return x * self.m

    def backward(self, grad_output):
        return self.m * grad_output


class VariationalDropout(Dropout):
    def numbers(self, x):
        drawn = self.rng.random((x.shape[0], x.shape[2]))
        return np.stack([drawn] * x.shape[1], axis=1)


class DropConnect(Model):
    def __init__(self, input_size, output_size, keep_probability, *, inverted=False, rng):
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError("no probability")
        self.p, self.inverted, self.rng = keep_probability, inverted, rng
        self.add_parameter("W", rng.uniform(-1, 1, (input_size, output_size)))
        self.add_parameter("b", np.zeros(output_size))

    def forward(self, x):
        W = self.parameters["W"]
        self.m = np.ones_like(W) if self.inverted else np.full_like(W, self.p)
        if self.training:
            for place in np.ndindex(W.shape):
                kept = self.rng.random() < self.p
                self.m[place] = (1 / self.p if self.inverted else 1) if kept else 0
        self.x = x.copy()
        y = np.empty((*x.shape[:-1], W.shape[1]), x.dtype)
        for place in np.ndindex(x.shape[:-1]):
            y[place] = x[place] @ (W * self.m) + self.parameters["b"]
        return y

    def backward(self, grad_output):
        grad_x = np.empty_like(self.x)
        for place in np.ndindex(self.x.shape[:-1]):
            g = grad_output[place]
            self.gradients["W"] += np.outer(self.x[place], g) * self.m
            self.gradients["b"] += g
            grad_x[place] = (self.parameters["W"] * self.m) @ g
        return grad_x


def average_over_masks(f, x, keep_probability):
    n = len(x)
    outputs, shares = [], []
    for number in range(2**n):
        bits = (number >> np.arange(n)) & 1
        outputs.append(np.asarray(f(x * bits)))
        shares.append(np.prod(np.where(bits == 1, keep_probability, 1 - keep_probability)))
    return np.tensordot(np.array(shares), np.array(outputs), axes=1)


def monte_carlo(model, x, samples):
    model.train()
    drawn = np.array([model.forward(x) for _ in range(samples)])
    model.eval()
    mean = drawn.sum(axis=0) / samples
    return mean, np.sqrt(((drawn - mean) ** 2).sum(axis=0) / samples)
