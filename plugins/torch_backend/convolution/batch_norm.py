"""Batch normalization on torch tensors, by torch's own kernels.

Source: CS224n lecture 11, section 3.6; Ioffe and Szegedy, "Batch Normalization: Accelerating Deep
Network Training by Reducing Internal Covariate Shift" (2015).
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from plugins.torch_backend.arrays import to_dtype, to_tensor
from plugins.torch_backend.shared.model import AutogradModel


class BatchNorm1d(AutogradModel):
    """y = γ (x − μ) / √(σ² + ε) + β, feature by feature; μ and σ² of the batch in training.

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

    def forward(self, *inputs: Any) -> Tensor:
        """Return y in the shape of x `(N, C)` or `(N, T, C)`.

        Raises:
            ValueError: `x` has another shape, or, in training, fewer than two rows.
        """
        x, C = to_tensor(inputs[0]), self.features
        if x.ndim not in (2, 3) or x.shape[-1] != C:
            raise ValueError(f"x should be (N, {C}) or (N, T, {C}), but is {tuple(x.shape)}")
        rows = x.shape[:-1].numel()
        if self.training and rows < 2:
            raise ValueError(
                f"a batch of {rows} rows has no variance: in training BatchNorm1d needs two or "
                "more; call eval() to use the running statistics"
            )
        return super().forward(x)

    def compute(self, parameters: dict[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return y; the kernel updates the running statistics."""
        (x,) = inputs
        y = functional.batch_norm(
            x.reshape(-1, self.features),
            self.running_mean,
            self.running_variance,
            parameters["gamma"].to(self.running_mean.dtype),
            parameters["beta"].to(self.running_mean.dtype),
            self.training,
            self.momentum,
            self.epsilon,
        )
        return y.reshape(x.shape)
