"""Feature by feature, with the mean and variance of a list of numbers."""

import math

import numpy as np

from framework.interfaces import Model


class BatchNorm1d(Model):
    def __init__(self, features, momentum=0.1, epsilon=1e-5):
        super().__init__()
        if epsilon <= 0 or momentum < 0 or momentum > 1:
            raise ValueError("settings")
        self.C, self.momentum, self.epsilon = features, momentum, epsilon
        self.add_parameter("gamma", np.ones(features))
        self.add_parameter("beta", np.zeros(features))
        self.running_mean, self.running_variance = np.zeros(features), np.ones(features)

    def forward(self, x):
        if x.shape[-1] != self.C or x.ndim not in (2, 3):
            raise ValueError("shape")
        self.was_training, self.sigma = self.training, np.empty(self.C)
        self.x_hat = np.empty_like(x)
        y = np.empty_like(x)
        for c in range(self.C):
            mean, variance = self.moments(x[..., c].ravel().tolist(), c)
            self.sigma[c] = math.sqrt(variance + self.epsilon)
            self.x_hat[..., c] = (x[..., c] - mean) / self.sigma[c]
            y[..., c] = self.x_hat[..., c] * self.parameters["gamma"][c]
            y[..., c] += self.parameters["beta"][c]
        return y

    def moments(self, values, c):
        if not self.training:
            return float(self.running_mean[c]), float(self.running_variance[c])
        M, old = len(values), 1 - self.momentum
        if M < 2:
            raise ValueError("one value has no variance")
        mean = math.fsum(values) / M
        squares = math.fsum((value - mean) ** 2 for value in values)
        self.running_mean[c] = old * self.running_mean[c] + self.momentum * mean
        self.running_variance[c] *= old
        self.running_variance[c] += self.momentum * squares / (M - 1)
        return mean, squares / M

    def backward(self, grad_output):
        grad_x = np.empty_like(grad_output)
        for c in range(self.C):
            grad, x_hat = grad_output[..., c], self.x_hat[..., c]
            self.gradients["gamma"][c] += np.vdot(grad, x_hat)
            self.gradients["beta"][c] += grad.sum()
            scale = self.parameters["gamma"][c] / self.sigma[c]
            if self.was_training:
                M = grad.size
                off = (np.sum(grad) + x_hat * np.vdot(grad, x_hat)) / M
                grad_x[..., c] = scale * (grad - off)
            else:
                grad_x[..., c] = scale * grad
        return grad_x
