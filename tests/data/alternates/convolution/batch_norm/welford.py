"""Mean and variance feature by feature, and the backward pass through μ and σ² in steps."""

import numpy as np

from framework.interfaces import Model


class BatchNorm1d(Model):
    def __init__(self, features, momentum=0.1, epsilon=1e-5):
        super().__init__()
        if not 0 <= momentum <= 1 or not epsilon > 0:
            raise ValueError(f"momentum {momentum}, epsilon {epsilon}")
        self.C, self.momentum, self.epsilon = features, momentum, epsilon
        self.add_parameter("gamma", np.ones(features))
        self.add_parameter("beta", np.zeros(features))
        self.running_mean, self.running_variance = np.zeros(features), np.ones(features)

    @property
    def buffers(self):
        return {"running_mean": self.running_mean, "running_variance": self.running_variance}

    def astype(self, dtype):
        self.running_mean, self.running_variance = (
            statistic.astype(dtype) for statistic in (self.running_mean, self.running_variance)
        )
        return super().astype(dtype)

    def forward(self, x):
        if x.ndim not in {2, 3} or x.shape[-1] != self.C:
            raise ValueError(f"features: {self.C}; x: {x.shape}")
        rows = x.reshape(-1, self.C)
        self.was_training = self.training
        if self.was_training:
            mu, var = self._learn(rows)
        else:
            mu, var = self.running_mean, self.running_variance
        self.centred = rows - mu
        self.var = var + self.epsilon
        y = self.parameters["gamma"] * self.centred / np.sqrt(self.var) + self.parameters["beta"]
        return y.reshape(x.shape).astype(x.dtype)

    def _learn(self, rows):
        M = len(rows)
        if M < 2:
            raise ValueError(f"{M} rows have no variance")
        mu = np.array([column.mean() for column in rows.T])
        var = np.array([np.mean((column - m) ** 2) for column, m in zip(rows.T, mu, strict=True)])
        dtype = self.running_mean.dtype
        new = np.average(
            [self.running_mean, mu], axis=0, weights=[1 - self.momentum, self.momentum]
        )
        self.running_mean = new.astype(dtype)
        unbiased = var * (M / (M - 1))
        change = self.momentum * (unbiased - self.running_variance)
        self.running_variance = (self.running_variance + change).astype(dtype)
        return mu.astype(rows.dtype), var.astype(rows.dtype)

    def backward(self, grad_output):
        grad = grad_output.reshape(-1, self.C)
        M, root = len(grad), np.sqrt(self.var)
        self.gradients["gamma"] += np.einsum("mc,mc->c", grad, self.centred / root)
        self.gradients["beta"] += np.einsum("mc->c", grad)
        d_hat = grad * self.parameters["gamma"]
        d_centred = d_hat / root
        if self.was_training:
            d_var = -0.5 * (d_hat * self.centred).sum(axis=0) / (self.var * root)
            d_centred = d_centred + 2 / M * self.centred * d_var
            d_centred = d_centred - d_centred.mean(axis=0)
        return d_centred.reshape(grad_output.shape).astype(grad_output.dtype)
