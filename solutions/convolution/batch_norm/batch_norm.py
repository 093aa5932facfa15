"""Batch normalization: CS224n lecture 11, 3.6; Ioffe and Szegedy (2015), algorithms 1 and 2."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from framework.interfaces import Array, Model, Parameters


class BatchNorm1d(Model):
    """Gives every feature mean 0 and variance 1 over a batch, then a learned scale and shift.

    In training, μ and σ² are those of the batch, over all its rows (all axes but the last). At test
    time they are `running_mean` and `running_variance`, which training computed.

    Args:
        features: C, the length of the last axis.
        momentum: weight of a new batch in the running statistics, in [0, 1].
        epsilon: ε, positive.

    Parameters: gamma `(C,)`, ones at first; beta `(C,)`, zeros at first.
    Attributes: running_mean `(C,)`, zeros at first; running_variance `(C,)`, ones at first.
    Raises: ValueError if `momentum` is not in [0, 1], or `epsilon` is not positive.
    """

    def __init__(self, features: int, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        super().__init__()
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum lies in [0, 1], but got {momentum}")
        if not epsilon > 0:
            raise ValueError(f"epsilon is positive, but got {epsilon}")
        self.features, self.momentum, self.epsilon = features, momentum, epsilon
        self.add_parameter("gamma", np.ones(features))
        self.add_parameter("beta", np.zeros(features))
        self.running_mean, self.running_variance = np.zeros(features), np.ones(features)

    @property
    def buffers(self) -> Parameters:
        """Given: the running statistics, which a checkpoint keeps with the parameters."""
        return {"running_mean": self.running_mean, "running_variance": self.running_variance}

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """Given: convert the running statistics too; returns the layer."""
        self.running_mean = self.running_mean.astype(dtype)
        self.running_variance = self.running_variance.astype(dtype)
        super().astype(dtype)
        return self

    def forward(self, x: Array) -> Array:
        """Return y in the shape of `x`; in training, also update the running statistics.

        Args:
            x: `(N, C)` or `(N, T, C)`. Not modified.

        Raises: ValueError if `x` has another shape, or, in training, fewer than two rows.
        """
        rows = self._rows(x)
        # BEGIN SOLUTION: mean and variance of this batch, or the running ones; keep what is needed
        if self.training:
            mean, variance = self._statistics(rows)
        else:
            mean, variance = self.running_mean, self.running_variance
        self._from_batch = self.training
        self._factor = 1 / np.sqrt(variance + self.epsilon)  # (C,)
        self._x_hat = (rows - mean) * self._factor  # (M, C)
        y = self.parameters["gamma"] * self._x_hat + self.parameters["beta"]
        return y.reshape(x.shape)
        # END SOLUTION

    def _statistics(self, rows: Array) -> tuple[Array, Array]:
        """Return μ and σ² of the batch `rows: (M, C)`, and update the running statistics."""
        # BEGIN SOLUTION
        M = len(rows)
        if M < 2:
            raise ValueError(
                f"a batch of {M} rows has no variance: in training BatchNorm1d needs two or more; "
                "call eval() to use the running statistics"
            )
        mean, variance = rows.mean(axis=0), rows.var(axis=0)
        self.running_mean += self.momentum * (mean - self.running_mean)
        self.running_variance += self.momentum * (M / (M - 1) * variance - self.running_variance)
        return mean, variance
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of γ and β; return that of x. `grad_output` is not modified."""
        # BEGIN SOLUTION: sums for γ and β, then ∂x of the mode of forward
        grad, x_hat = grad_output.reshape(-1, self.features), self._x_hat
        self.gradients["gamma"] += (grad * x_hat).sum(axis=0)
        self.gradients["beta"] += grad.sum(axis=0)
        grad_x_hat = grad * self.parameters["gamma"]
        if self._from_batch:
            # With s = √(σ² + ε): x_m reaches x̂_j by 1/s if j = m, through μ by −1/(M s), and
            # through σ² by −x̂_j x̂_m/(M s). Summed over j, times ∂x̂_j:
            along = (grad_x_hat * x_hat).mean(axis=0)
            grad_x_hat = grad_x_hat - grad_x_hat.mean(axis=0) - x_hat * along
        return (grad_x_hat * self._factor).reshape(grad_output.shape)
        # END SOLUTION

    def _rows(self, x: Array) -> Array:
        """Given: return `x` as `(M, C)`; other axes are an error."""
        if x.ndim not in (2, 3) or x.shape[-1] != self.features:
            C = self.features
            raise ValueError(f"x should be (N, {C}) or (N, T, {C}), but is {x.shape}")
        return x.reshape(-1, self.features)
