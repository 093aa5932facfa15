"""VariationalDropout is a Dropout that draws another shape."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise")


class Dropout(Model):
    def __init__(self, keep_probability, *, inverted=False, rng):
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError(f"keep_probability is {keep_probability}")
        self.p = keep_probability
        self.keep_probability = keep_probability
        self.inverted = inverted
        self.rng = rng

    def _draw(self, shape):
        return self.rng.random(shape)

    def _factors(self, x):
        if not self.training:
            return np.ones(x.shape, x.dtype) if self.inverted else np.full_like(x, self.p)
        kept = np.broadcast_to(self._draw(x.shape) < self.p, x.shape).astype(x.dtype)
        return kept / x.dtype.type(self.p) if self.inverted else kept

    def forward(self, x):
        self.m = self._factors(x)
        return self.m * x

    def backward(self, grad_output):
        return self.m * grad_output


class VariationalDropout(Dropout):
    def _draw(self, shape):
        n, _, d = shape
        return self.rng.random((n, d))[:, np.newaxis]


class DropConnect(Dropout):
    def __init__(self, input_size, output_size, keep_probability, *, inverted=False, rng):
        super().__init__(keep_probability, inverted=inverted, rng=rng)
        self.add_parameter("W", rng.normal(size=(input_size, output_size)) / input_size)
        self.add_parameter("b", np.zeros(output_size))

    def forward(self, x):
        self.m = self._factors(self.parameters["W"])
        self.x = np.array(x)
        return x @ (self.m * self.parameters["W"]) + self.parameters["b"]

    def backward(self, grad_output):
        W = self.parameters["W"]
        rows, grads = self.x.reshape(-1, len(W)), grad_output.reshape(-1, W.shape[1])
        for row, grad in zip(rows, grads, strict=True):
            self.gradients["W"] += np.outer(row, grad) * self.m
            self.gradients["b"] += grad
        return (grads @ (self.m * W).T).reshape(self.x.shape)


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
