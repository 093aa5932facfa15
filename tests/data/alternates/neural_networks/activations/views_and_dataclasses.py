"""Models as dataclasses, results as views with other strides; asserts when it is loaded."""

from dataclasses import dataclass, field

import matplotlib
import numpy as np

from framework.interfaces import Model

matplotlib.use("Agg")


def _as_view(values):
    """Return the values as a view of a larger array, with negative strides."""
    twice = np.repeat(values.ravel()[::-1], 2)
    return twice[::2][::-1].reshape(values.shape) if values.size else values


@dataclass
class _Unit(Model):
    z: np.ndarray | None = field(default=None)

    def __post_init__(self):
        super().__init__()

    def forward(self, z):
        self.z = z.copy()
        return _as_view(self.value().astype(z.dtype))

    def backward(self, grad_output):
        return _as_view(self.times(grad_output).astype(self.z.dtype))


@dataclass
class Sigmoid(_Unit):
    def value(self):
        e = np.exp(-abs(self.z))
        return np.where(self.z < 0, e, 1) / (1 + e)

    def times(self, grad):
        y = self.value()
        return grad * y * (1 - y)


@dataclass
class Tanh(_Unit):
    def value(self):
        return np.tanh(self.z)

    def times(self, grad):
        return grad * (1 - self.value() ** 2)


@dataclass
class HardTanh(_Unit):
    def value(self):
        return self.z.clip(-1, 1)

    def times(self, grad):
        return grad * (self.value() == self.z)


@dataclass
class SoftSign(_Unit):
    def value(self):
        return self.z / (1 + abs(self.z))

    def times(self, grad):
        return grad / (1 + abs(self.z)) / (1 + abs(self.z))


@dataclass
class ReLU(_Unit):
    def value(self):
        return self.z * (self.z > 0)

    def times(self, grad):
        return grad * (self.z > 0)


class LeakyReLU(_Unit):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def value(self):
        return np.where(self.z > 0, self.z, self.slope * self.z)

    def times(self, grad):
        return np.where(self.z > 0, grad, self.slope * grad)


assert ReLU().forward(np.ones(2)).tolist() == [1, 1]
