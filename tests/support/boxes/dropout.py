"""Dropout on boxes."""

from __future__ import annotations

import numpy as np

from boxes.arrays import Box, each
from framework.interfaces import Model


class Dropout(Model):
    def __init__(self, keep_probability, *, inverted=False, rng):
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError("keep_probability lies in (0, 1]")
        self.p, self.inverted, self.rng = keep_probability, inverted, rng

    def forward(self, x):
        kept = self.rng.random(self.mask_shape(x)) < self.p if self.training else self.p
        self.factor = Box(kept).astype(x.dtype) / (self.p if self.inverted else 1)
        return x * self.factor

    def backward(self, grad_output):
        return grad_output * self.factor

    def mask_shape(self, x):
        return x.shape


class VariationalDropout(Dropout):
    def mask_shape(self, x):
        N, _, D = x.shape
        return N, 1, D


def average_over_masks(f, x, keep_probability):
    n, total = x.shape[0], 0.0
    for number in range(2**n):
        mask = [float(number >> i & 1) for i in range(n)]
        share = keep_probability ** sum(mask) * (1 - keep_probability) ** (n - sum(mask))
        total = f(x * Box(mask)) * share + total
    return total


def monte_carlo(model, x, samples):
    model.train()
    outputs = [model.forward(x) for _ in range(samples)]
    model.eval()
    mean = sum(outputs[1:], outputs[0]) / samples
    spread = sum(((output - mean) * (output - mean) for output in outputs), mean * 0) / samples
    return mean, each(np.sqrt, spread)
