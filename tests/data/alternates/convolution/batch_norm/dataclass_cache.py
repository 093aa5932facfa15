"""A record keeps what backward needs; warnings are errors."""

from dataclasses import dataclass

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")


@dataclass(frozen=True)
class _Cache:
    normal: np.ndarray
    root: np.ndarray
    training: bool


class BatchNorm1d(Model):
    def __init__(self, features, momentum=0.1, epsilon=1e-5):
        super().__init__()
        if momentum < 0 or momentum > 1 or not epsilon > 0:
            raise ValueError("0 ≤ momentum ≤ 1 and epsilon > 0")
        self.features, self.momentum, self.epsilon = features, momentum, epsilon
        self.add_parameter("gamma", np.ones(features))
        self.add_parameter("beta", np.zeros(features))
        self.running_mean, self.running_variance = np.zeros(features), np.ones(features)

    @property
    def buffers(self):
        return {"running_mean": self.running_mean, "running_variance": self.running_variance}

    def astype(self, dtype):
        self.running_mean = self.running_mean.astype(dtype)
        self.running_variance = self.running_variance.astype(dtype)
        return super().astype(dtype)

    def forward(self, x):
        if x.ndim not in (2, 3) or x.shape[-1] != self.features:
            raise ValueError(f"(N, C) or (N, T, C), not {x.shape}")
        rows = x.reshape(-1, self.features)
        mean, variance = self.running_mean, self.running_variance
        if self.training:
            mean, variance = self._statistics(rows)
        root = np.sqrt(variance + self.epsilon)
        self.cache = _Cache((rows - mean) / root, root, self.training)
        y = self.parameters["gamma"] * self.cache.normal + self.parameters["beta"]
        return y.reshape(x.shape)

    def _statistics(self, rows):
        if len(rows) < 2:
            raise ValueError("a batch of one row has no variance")
        mean, variance, unbiased = rows.mean(axis=0), rows.var(axis=0), rows.var(axis=0, ddof=1)
        self.running_mean = self.running_mean + self.momentum * (mean - self.running_mean)
        change = unbiased - self.running_variance
        self.running_variance = self.running_variance + self.momentum * change
        return mean, variance

    def backward(self, grad_output):
        rows = grad_output.reshape(-1, self.features)
        self.gradients["gamma"] += (rows * self.cache.normal).sum(axis=0)
        self.gradients["beta"] += rows.sum(axis=0)
        grad = rows * self.parameters["gamma"]
        if self.cache.training:
            along = self.cache.normal * (grad * self.cache.normal).mean(axis=0)
            grad = grad - grad.mean(axis=0) - along
        return (grad / self.cache.root).reshape(grad_output.shape)
