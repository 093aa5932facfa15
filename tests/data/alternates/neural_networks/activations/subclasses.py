"""One abstract class computes both passes from f and its derivative; each unit is a subclass."""

from abc import abstractmethod

import numpy as np

from framework.interfaces import Model


class _Elementwise(Model):
    """Keeps z; a subclass states f and f'."""

    @abstractmethod
    def f(self, z): ...

    @abstractmethod
    def slope_at(self, z): ...

    def forward(self, z):
        self.z = np.array(z)
        return self.f(self.z).astype(self.z.dtype, copy=False)

    def backward(self, grad_output):
        return (grad_output * self.slope_at(self.z)).astype(self.z.dtype, copy=False)


class Sigmoid(_Elementwise):
    def f(self, z):
        e = np.exp(-np.abs(z))
        return np.where(z >= 0, 1 / (1 + e), e / (1 + e))

    def slope_at(self, z):
        e = np.exp(-np.abs(z))
        return e / (1 + e) ** 2


class Tanh(_Elementwise):
    def f(self, z):
        return np.tanh(z)

    def slope_at(self, z):
        return 1 - np.tanh(z) ** 2


class HardTanh(_Elementwise):
    def f(self, z):
        return np.minimum(1, np.maximum(-1, z))

    def slope_at(self, z):
        return np.abs(z) <= 1


class SoftSign(_Elementwise):
    def f(self, z):
        return z / (1 + np.abs(z))

    def backward(self, grad_output):
        root = np.reciprocal(1 + np.abs(self.z))
        return grad_output * root * root


class LeakyReLU(_Elementwise):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def f(self, z):
        return np.maximum(z, self.slope * z)

    def slope_at(self, z):
        return np.where(z > 0, 1.0, self.slope)


class ReLU(LeakyReLU):
    def __init__(self):
        super().__init__(slope=0)
