"""Lost entries are overwritten with zeros, by their places."""

import numpy as np

from framework.interfaces import Model


class Dropout(Model):
    def __init__(self, keep_probability, *, inverted=False, rng):
        super().__init__()
        if keep_probability <= 0 or keep_probability > 1:
            raise ValueError("no probability")
        self.p, self.inverted, self.rng = keep_probability, inverted, rng

    def draw(self, shape):
        return self.rng.random(shape) >= self.p

    def forward(self, x):
        self.lost = self.draw(x.shape) if self.training else np.zeros(x.shape, bool)
        self.scale = 1.0
        if self.training and self.inverted:
            self.scale = 1 / self.p
        if not self.training and not self.inverted:
            self.scale = self.p
        return self.passed(x)

    def passed(self, value):
        value = (value * self.scale).astype(value.dtype)
        value[self.lost] = 0
        return value

    def backward(self, grad_output):
        return self.passed(grad_output)


class VariationalDropout(Dropout):
    def draw(self, shape):
        N, T, D = shape
        return np.repeat(self.rng.random((N, D))[:, None] >= self.p, T, axis=1)


class DropConnect(Dropout):
    def __init__(self, input_size, output_size, keep_probability, *, inverted=False, rng):
        super().__init__(keep_probability, inverted=inverted, rng=rng)
        self.add_parameter("W", rng.normal(0, 0.1, (input_size, output_size)))
        self.add_parameter("b", np.zeros(output_size))

    def forward(self, x):
        W = self.parameters["W"]
        self.x = x.copy()
        self.W = super().forward(W)
        return np.einsum("...d,dc->...c", x, self.W) + self.parameters["b"]

    def backward(self, grad_output):
        D, C = self.W.shape
        flat = grad_output.reshape(-1, C)
        self.gradients["W"] += self.passed(np.einsum("nd,nc->dc", self.x.reshape(-1, D), flat))
        self.gradients["b"] += flat.sum(axis=0)
        return np.einsum("...c,dc->...d", grad_output, self.W)


def average_over_masks(f, x, keep_probability):
    def mean(place, masked):
        if place == len(x):
            return np.asarray(f(np.array(masked)))
        kept = mean(place + 1, [*masked, x[place]])
        dropped = mean(place + 1, [*masked, 0 * x[place]])
        return keep_probability * kept + (1 - keep_probability) * dropped

    return mean(0, [])


def monte_carlo(model, x, samples):
    model.train()
    outputs = []
    for _ in range(samples):
        outputs.append(np.array(model.forward(x)))
    model.eval()
    return np.mean(outputs, axis=0), np.std(outputs, axis=0)
