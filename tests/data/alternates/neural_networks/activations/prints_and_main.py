"""Prints on the way, and tests itself under ``__main__``."""

import numpy as np

from framework.interfaces import Model

print("activations: loading", np.__version__)


class Sigmoid(Model):
    def forward(self, z):
        print("sigmoid of", z.shape)
        self.y = 0.5 * (1 + np.tanh(0.5 * z))
        e = np.exp(-np.abs(z))
        self.y = np.where(z < 0, e, 1) / (1 + e)
        return self.y.astype(z.dtype)

    def backward(self, grad_output):
        return grad_output * self.y * (1 - self.y)


class Tanh(Model):
    def forward(self, z):
        self.y = 2 * Sigmoid().forward(2 * np.clip(z, -1e4, 1e4)) - 1
        self.y = np.where(np.abs(z) < 0.1, np.tanh(z), self.y).astype(z.dtype)
        return self.y

    def backward(self, grad_output):
        return grad_output * (1 - self.y) * (1 + self.y)


class HardTanh(Model):
    def forward(self, z):
        self.d = 1.0 * (abs(z) <= 1)
        return np.select([z < -1, z > 1], [-1, 1], z).astype(z.dtype)

    def backward(self, grad_output):
        return (grad_output * self.d).astype(grad_output.dtype)


class SoftSign(Model):
    def forward(self, z):
        self.d = 1 / (1 + abs(z))
        return self.d * z

    def backward(self, grad_output):
        return self.d * (self.d * grad_output)


class ReLU(Model):
    def forward(self, z):
        self.d = z > 0
        return np.where(self.d, z, z.dtype.type(0))

    def backward(self, grad_output):
        return np.where(self.d, grad_output, grad_output.dtype.type(0))


class LeakyReLU(Model):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def forward(self, z):
        self.d = np.where(z > 0, z.dtype.type(1), z.dtype.type(self.slope))
        return z * self.d

    def backward(self, grad_output):
        return grad_output * self.d


if __name__ == "__main__":
    unit = Sigmoid()
    assert unit.forward(np.zeros(1))[0] == 0.5
    assert unit.backward(np.ones(1))[0] == 0.25
    print("all tests passed")
