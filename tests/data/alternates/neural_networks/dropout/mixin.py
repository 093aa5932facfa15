"""A mixin has the two modes; a subclass says how it draws; keeps only the kept places."""

import numpy as np

from framework.interfaces import Model


class _Mask(Model):
    def __init__(self, keep_probability, *, inverted=False, rng):
        super().__init__()
        if not (keep_probability > 0 and keep_probability <= 1):
            raise ValueError("keep_probability")
        self.keep_probability, self.inverted, self.rng = keep_probability, inverted, rng
        self.kept, self.scale = True, 1.0

    def forward(self, x):
        p = self.keep_probability
        self.kept = self.draw(x.shape) < p if self.training else np.ones((1,) * x.ndim, bool)
        if self.inverted:
            self.scale = 1 / p if self.training else 1.0
        else:
            self.scale = 1.0 if self.training else p
        return self.apply(x)

    def apply(self, x):
        return np.where(self.kept, x * x.dtype.type(self.scale), x.dtype.type(0))

    backward = apply


class Dropout(_Mask):
    def draw(self, shape):
        return self.rng.random(shape)


class VariationalDropout(_Mask):
    def draw(self, shape):
        N, _, D = shape
        return np.expand_dims(self.rng.random((N, D)), 1)


class DropConnect(_Mask):
    def __init__(self, input_size, output_size, keep_probability, *, inverted=False, rng):
        super().__init__(keep_probability, inverted=inverted, rng=rng)
        self.add_parameter("W", rng.normal(scale=0.2, size=(input_size, output_size)))
        self.add_parameter("b", np.zeros(output_size))

    def draw(self, shape):
        return self.rng.random(shape)

    def forward(self, x):
        self.x, self.thinned = x, super().forward(self.parameters["W"])
        return x @ self.thinned + self.parameters["b"]

    def backward(self, grad_output):
        axes = list(range(grad_output.ndim - 1))
        self.gradients["W"] += self.apply(np.tensordot(self.x, grad_output, (axes, axes)))
        self.gradients["b"] += grad_output.sum(axis=tuple(axes))
        return grad_output @ self.thinned.T


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
