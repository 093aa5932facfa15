"""Boolean masks and in-place work on copies; the derivative is kept by forward."""

import numpy as np

from framework.interfaces import Model


class Kept(Model):
    def backward(self, grad_output):
        return np.multiply(self.derivative, grad_output, dtype=grad_output.dtype)


class Sigmoid(Kept):
    def forward(self, z):
        y = np.tanh(z / 2)
        y += 1
        y /= 2
        low = z < -10  # where 1 + tanh cancels
        y[low] = np.exp(z[low])
        y[low] /= 1 + y[low]
        self.derivative = y - y * y
        return y


class Tanh(Kept):
    def forward(self, z):
        y = np.tanh(z)
        self.derivative = 1 - np.square(y)
        return y


class HardTanh(Kept):
    def forward(self, z):
        y = z.copy()
        y[z > 1] = 1
        y[z < -1] = -1
        self.derivative = (y == z).astype(z.dtype)
        return y


class SoftSign(Model):
    def forward(self, z):
        self.inverse = 1 / (1 + np.abs(z))
        return np.sign(z) * (1 - self.inverse)

    def backward(self, grad_output):
        return grad_output * self.inverse * self.inverse


class ReLU(Kept):
    def forward(self, z):
        self.derivative = np.heaviside(z, 0).astype(z.dtype)
        return np.clip(z, 0, None)


class LeakyReLU(Kept):
    def __init__(self, slope=0.01):
        super().__init__()
        self.slope = slope

    def forward(self, z):
        self.derivative = np.full_like(z, self.slope)
        self.derivative[z > 0] = 1
        return z * self.derivative
