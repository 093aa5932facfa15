"""Row by row, with the statistics of one row at a time; both layers share one base class."""

import math

import numpy as np

from framework.interfaces import Model


class Base(Model):
    has_mean = False

    def __init__(self, features, epsilon=1e-5):
        super().__init__()
        if features < 1 or not epsilon > 0:
            raise ValueError("settings")
        self.features, self.epsilon = features, epsilon
        self.add_parameter("gamma", np.ones(features))
        if self.has_mean:
            self.add_parameter("beta", np.zeros(features))

    def forward(self, x):
        if x.ndim < 1 or x.shape[-1] != self.features:
            raise ValueError("features")
        self.rows, self.shape = [], x.shape
        y = np.empty_like(x)
        for index in np.ndindex(x.shape[:-1]):
            row = x[index]
            centred = row - row.mean() if self.has_mean else row
            root = math.sqrt(float(np.mean(centred * centred)) + self.epsilon)
            x_hat = centred / root
            self.rows.append((index, x_hat, root))
            y[index] = x_hat * self.parameters["gamma"]
            if self.has_mean:
                y[index] += self.parameters["beta"]
        return y

    def backward(self, grad_output):
        grad_x = np.empty_like(grad_output)
        for index, x_hat, root in self.rows:
            grad = grad_output[index]
            self.gradients["gamma"] += grad * x_hat
            if self.has_mean:
                self.gradients["beta"] += grad
            grad = grad * self.parameters["gamma"]
            rest = grad - x_hat * np.dot(grad, x_hat) / self.features
            if self.has_mean:
                rest = rest - grad.sum() / self.features
            grad_x[index] = rest / root
        return grad_x


class LayerNorm(Base):
    has_mean = True


class RMSNorm(Base):
    pass
