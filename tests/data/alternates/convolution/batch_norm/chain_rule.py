"""No reshape: sums over axes; backward step by step, as the paper derives it."""

import numpy as np

from framework.interfaces import Model


class BatchNorm1d(Model):
    def __init__(self, features, momentum=0.1, epsilon=1e-5):
        super().__init__()
        if not (0 <= momentum <= 1 and epsilon > 0):
            raise ValueError("settings")
        self.momentum, self.epsilon = momentum, epsilon
        self.add_parameter("gamma", np.ones(features))
        self.add_parameter("beta", np.zeros(features))
        self.running_mean, self.running_variance = np.zeros(features), np.ones(features)

    def forward(self, x):
        if not 2 <= x.ndim <= 3 or x.shape[-1:] != self.parameters["gamma"].shape:
            raise ValueError("shape")
        self.axes = tuple(range(x.ndim - 1))
        self.M = x.size // x.shape[-1]
        self.mode = self.training
        if self.mode:
            if self.M < 2:
                raise ValueError("too few rows")
            mean = np.mean(x, axis=self.axes)
            self.centred = x - mean
            squares = np.sum(np.square(self.centred), axis=self.axes)
            self.variance, share = squares / self.M, self.momentum
            self.running_mean = (1 - share) * self.running_mean + share * mean
            unbiased = squares / (self.M - 1)
            self.running_variance = (1 - share) * self.running_variance + share * unbiased
        else:
            self.centred = x - self.running_mean.astype(x.dtype)
            self.variance = self.running_variance.astype(x.dtype)
        self.std = np.sqrt(self.variance + self.epsilon)
        return self.centred / self.std * self.parameters["gamma"] + self.parameters["beta"]

    def backward(self, grad_output):
        x_hat = self.centred / self.std
        self.gradients["gamma"] += np.sum(grad_output * x_hat, axis=self.axes)
        self.gradients["beta"] += np.sum(grad_output, axis=self.axes)
        grad_x_hat = grad_output * self.parameters["gamma"]
        if not self.mode:
            return grad_x_hat / self.std
        grad_variance = np.sum(grad_x_hat * self.centred, axis=self.axes) * -0.5 / self.std**3
        grad_centred = grad_x_hat / self.std + grad_variance * 2 * self.centred / self.M
        return grad_centred - np.mean(grad_centred, axis=self.axes)
