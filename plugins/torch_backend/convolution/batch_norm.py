"""Batch normalization on torch tensors, by torch's own kernels.

Source: CS224n lecture 11, section 3.6; Ioffe and Szegedy, "Batch Normalization: Accelerating Deep
Network Training by Reducing Internal Covariate Shift" (2015).
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from framework.interfaces import Model
from framework.models.differentiated import check_forward
from plugins.torch_backend.arrays import to_dtype, to_tensor

_aten = torch.ops.aten


class BatchNorm1d(Model):
    """y = γ (x − μ) / √(σ² + ε) + β, feature by feature; μ and σ² of the batch in training.

    Computed by the kernels of autograd, without a graph.

    Attributes:
        running_mean: `(C,)`; with `running_variance` it replaces μ and σ² at test time.
        running_variance: `(C,)`, of the batches' unbiased variances.
    """

    def __init__(self, features: int, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        super().__init__()
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum lies in [0, 1], but got {momentum}")
        if not epsilon > 0:
            raise ValueError(f"epsilon is positive, but got {epsilon}")
        self.features, self.momentum, self.epsilon = features, momentum, epsilon
        gamma = self.add_parameter("gamma", np.ones(features))
        self.add_parameter("beta", np.zeros(features))
        self.running_mean = torch.zeros_like(gamma)
        self.running_variance = torch.ones_like(gamma)

    @property
    def buffers(self) -> dict[str, Tensor]:
        """Return the running statistics, which a checkpoint stores with the parameters."""
        return {"running_mean": self.running_mean, "running_variance": self.running_variance}

    def astype(self, dtype: Any) -> Self:
        """Convert parameters, gradients and running statistics; return the layer.

        The statistics stay in float32 if `dtype` has 16 bits: small changes would be lost.
        """
        wide = torch.promote_types(to_dtype(dtype), torch.float32)
        self.running_mean = self.running_mean.to(wide)
        self.running_variance = self.running_variance.to(wide)
        return super().astype(dtype)

    @torch.no_grad()
    def forward(self, x: Tensor) -> Tensor:
        """Return y in the shape of x `(N, C)` or `(N, T, C)`; updates the running statistics.

        Raises:
            ValueError: `x` has another shape, or, in training, fewer than two rows.
        """
        x, C = to_tensor(x), self.features
        if x.ndim not in (2, 3) or x.shape[-1] != C:
            raise ValueError(f"x should be (N, {C}) or (N, T, {C}), but is {tuple(x.shape)}")
        rows = x.shape[:-1].numel()
        if self.training and rows < 2:
            raise ValueError(
                f"a batch of {rows} rows has no variance: in training BatchNorm1d needs two or "
                "more; call eval() to use the running statistics"
            )
        self._x, self._is_of_batch = x.reshape(-1, C), self.training
        gamma, beta = (self._wide(self.parameters[name]) for name in ("gamma", "beta"))
        running = self.running_mean, self.running_variance
        y, *self._statistics = _aten.native_batch_norm(
            self._x, gamma, beta, *running, self.training, self.momentum, self.epsilon
        )
        return torch.as_tensor(y.view(x.shape))

    @torch.no_grad()
    def backward(self, grad_output: Tensor) -> Tensor:
        """Add the gradients of γ and β; return that of x, in its shape."""
        check_forward(self, "_x")
        grad_x, of_gamma, of_beta = _aten.native_batch_norm_backward(
            grad_output.reshape(self._x.shape),
            self._x,
            self._wide(self.parameters["gamma"]),
            self.running_mean,
            self.running_variance,
            *self._statistics,
            self._is_of_batch,
            self.epsilon,
            [True, True, True],
        )
        self.gradients["gamma"].add_(of_gamma)
        self.gradients["beta"].add_(of_beta)
        return torch.as_tensor(grad_x.view(grad_output.shape))

    def _wide(self, parameter: Tensor) -> Tensor:
        """Return `parameter` in the precision of the running statistics."""
        return parameter.to(self.running_mean.dtype)
