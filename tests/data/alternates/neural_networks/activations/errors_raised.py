"""Every warning of NumPy is an error here; intermediate results are kept by name."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise")


def logistic(z):
    z = np.asarray(z)
    with np.errstate(under="ignore"):
        small = np.exp(-np.abs(z))
    top = np.where(z < 0, small, np.ones_like(small))
    return top / (1 + small)


class Sigmoid(Model):
    def forward(self, z):
        self.out = logistic(z)
        return self.out.copy()

    def backward(self, grad_output):
        with np.errstate(under="ignore"):
            return grad_output * (self.out * (1 - self.out))


class Tanh(Model):
    def forward(self, z):
        self.out = np.tanh(z)
        return self.out.copy()

    def backward(self, grad_output):
        with np.errstate(under="ignore"):
            return (1 - self.out**2) * grad_output


class HardTanh(Model):
    def forward(self, z):
        self.inside = np.logical_and(z >= -1, z <= 1)
        return np.clip(z, -1, 1)

    def backward(self, grad_output):
        return np.where(self.inside, grad_output, np.zeros_like(grad_output))


class SoftSign(Model):
    def forward(self, z):
        self.denominator = 1 + np.abs(z)
        return z / self.denominator

    def backward(self, grad_output):
        with np.errstate(under="ignore"):
            return grad_output / self.denominator / self.denominator


class ReLU(Model):
    def forward(self, z):
        self.positive = z > 0
        return np.maximum(z, 0)

    def backward(self, grad_output):
        return grad_output * self.positive.astype(grad_output.dtype)


class LeakyReLU(Model):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def forward(self, z):
        self.positive = z > 0
        with np.errstate(under="ignore"):
            return np.where(self.positive, z, z * z.dtype.type(self.slope))

    def backward(self, grad_output):
        k = grad_output.dtype.type(self.slope)
        with np.errstate(under="ignore"):
            return np.where(self.positive, grad_output, grad_output * k)
