"""The activation functions on boxes."""

import numpy as np

from boxes.arrays import each
from framework.interfaces import Model


class _Activation(Model):
    """y = f(z), and the factor f'(z)."""

    def forward(self, z):
        self.y, self.factor = self.both(z)
        return self.y

    def backward(self, grad_output):
        return grad_output * self.factor


class Sigmoid(_Activation):
    def both(self, z):
        y = each(np.exp, -each(np.logaddexp, 0, -z))
        return y, y * each(np.exp, -each(np.logaddexp, 0, z))


class Tanh(_Activation):
    def both(self, z):
        y = each(np.tanh, z)
        return y, 1 - y * y


class HardTanh(_Activation):
    def both(self, z):
        return each(np.clip, z, -1, 1), (abs(z) <= 1).astype(z.dtype)


class SoftSign(Model):
    def forward(self, z):
        self.denominator = 1 + abs(z)
        return z / self.denominator

    def backward(self, grad_output):
        return grad_output / self.denominator / self.denominator


class ReLU(_Activation):
    def both(self, z):
        return each(np.maximum, z, 0), (z > 0).astype(z.dtype)


class LeakyReLU(_Activation):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def both(self, z):
        factor = each(np.where, z > 0, 1.0, self.slope).astype(z.dtype)
        return z * factor, factor
