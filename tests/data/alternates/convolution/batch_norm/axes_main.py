"""Keeps all axes, with the leading ones as a tuple; tests under ``__main__``."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model

print("batch normalization")


class BatchNorm1d(Model):
    def __init__(self, features: int, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        super().__init__()
        if not 0 <= momentum <= 1:
            raise ValueError(momentum)
        if not epsilon > 0:
            raise ValueError(epsilon)
        self.features, self.momentum, self.epsilon = features, momentum, epsilon
        self.add_parameter("gamma", np.ones(features))
        self.add_parameter("beta", np.zeros(features))
        self.running_mean = np.zeros(features)
        self.running_variance = np.ones(features)

    @property
    def buffers(self):
        return {"running_mean": self.running_mean, "running_variance": self.running_variance}

    def astype(self, dtype):
        for name in ("running_mean", "running_variance"):
            setattr(self, name, getattr(self, name).astype(dtype))
        super().astype(dtype)
        return self

    def forward(self, x: Array) -> Array:
        if x.ndim < 2 or x.ndim > 3 or x.shape[-1] != self.features:
            raise ValueError(f"bad shape {x.shape}")
        self.axes = tuple(range(x.ndim - 1))
        self.M = int(np.prod(x.shape[:-1]))
        self.mode = self.training
        mu, var = self.running_mean, self.running_variance
        if self.mode:
            if self.M < 2:
                raise ValueError("two rows are needed")
            mu = x.sum(axis=self.axes) / self.M
            var = ((x - mu) ** 2).sum(axis=self.axes) / self.M
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mu
            self.running_variance = (1 - m) * self.running_variance + m * var * self.M / (
                self.M - 1
            )
        self.scale = (var + self.epsilon) ** -0.5
        self.x_hat = (x - mu) * self.scale
        return self.x_hat * self.parameters["gamma"] + self.parameters["beta"]

    def backward(self, grad_output: Array) -> Array:
        d_gamma = np.sum(grad_output * self.x_hat, axis=self.axes)
        d_beta = np.sum(grad_output, axis=self.axes)
        self.gradients["gamma"] += d_gamma
        self.gradients["beta"] += d_beta
        d = grad_output
        if self.mode:
            d = d - d_beta / self.M - self.x_hat * d_gamma / self.M
        return d * self.parameters["gamma"] * self.scale


if __name__ == "__main__":
    print(BatchNorm1d(2).forward(np.array([[1.0, 0.0], [3.0, 10.0]])))
