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
