"""Every layer keeps the very array z; the derivatives are formulas of z."""

import numpy as np

from framework.interfaces import Model


class OfZ(Model):
    def forward(self, z):
        self.z = z
        return self.f(z)

    def backward(self, grad_output):
        return np.asarray(grad_output * self.slope(self.z), grad_output.dtype)


class Sigmoid(OfZ):
    def f(self, z):
        return np.exp(-np.logaddexp(0, -z)).astype(z.dtype)

    def slope(self, z):
        return self.f(z) * self.f(-z)


class Tanh(OfZ):
    f = staticmethod(np.tanh)

    def slope(self, z):
        return (1 - np.tanh(z)) * (1 + np.tanh(z))


class HardTanh(OfZ):
    def f(self, z):
        return np.minimum(np.maximum(z, -1), 1)

    def slope(self, z):
        return (z >= -1) & (z <= 1)


class SoftSign(OfZ):
    def f(self, z):
        return z / (1 + abs(z))

    def backward(self, grad_output):
        return grad_output / (1 + abs(self.z)) / (1 + abs(self.z))


class ReLU(OfZ):
    def f(self, z):
        return (z + abs(z)) / 2

    def slope(self, z):
        return z > 0


class LeakyReLU(OfZ):
    def __init__(self, slope=0.01):
        super().__init__()
        self.k = slope

    def f(self, z):
        return np.maximum(z, self.k * z)

    def slope(self, z):
        return np.where(z > 0, 1, self.k)
