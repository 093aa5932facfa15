"""Python's own numbers, one entry after the other; the derivative is computed in backward."""

import math

import numpy as np

from framework.interfaces import Model


def each(function, z):
    values = [function(float(entry)) for entry in z.ravel()]
    return np.array(values, dtype=z.dtype).reshape(z.shape)


class ByEntry(Model):
    def forward(self, z):
        self.z = z.copy()
        return each(self.value, z)

    def backward(self, grad_output):
        return grad_output * each(self.slope_at, self.z)


class Sigmoid(ByEntry):
    def value(self, z):
        return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))

    def slope_at(self, z):
        return self.value(z) * self.value(-z)


class Tanh(ByEntry):
    def value(self, z):
        return math.tanh(z)

    def slope_at(self, z):
        return (1 - math.tanh(z)) * (1 + math.tanh(z))


class HardTanh(ByEntry):
    def value(self, z):
        return min(max(z, -1.0), 1.0)

    def slope_at(self, z):
        return 1.0 if -1 <= z <= 1 else 0.0


class SoftSign(ByEntry):
    def value(self, z):
        return z / (1 + abs(z))

    def backward(self, grad_output):
        size = each(lambda z: 1 + abs(z), self.z)
        return grad_output / size / size


class ReLU(ByEntry):
    def value(self, z):
        return z if z > 0 else 0.0

    def slope_at(self, z):
        return 1.0 if z > 0 else 0.0


class LeakyReLU(ByEntry):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def value(self, z):
        return max(z, self.slope * z)

    def slope_at(self, z):
        return 1.0 if z > 0 else self.slope
