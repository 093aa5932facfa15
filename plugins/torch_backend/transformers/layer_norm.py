"""Layer normalization on torch tensors, by torch's fused kernels.

Source: Ba, Kiros and Hinton, "Layer Normalization" (2016); Zhang and Sennrich, "Root Mean Square
Layer Normalization" (2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor
from torch.nn import functional

from framework.models.differentiated import DifferentiatedModel
from plugins.torch_backend.arrays import to_tensor


class _Norm(DifferentiatedModel):
    """The base of both layers: settings, γ, and what is refused."""

    def __init__(self, features: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        if features < 1:
            raise ValueError(f"features should be at least 1, but are {features}")
        if not epsilon > 0:
            raise ValueError(f"epsilon should be positive, but is {epsilon}")
        self.features, self.epsilon = features, epsilon
        self.add_parameter("gamma", np.ones(features))

    def forward(self, *inputs: Any) -> Any:
        """Return y in the shape of x `(..., C)`.

        Args:
            inputs: x alone.

        Raises:
            ValueError: the last axis of x does not have C features.
        """
        x = to_tensor(*inputs)
        if x.ndim == 0 or x.shape[-1] != self.features:
            raise ValueError(f"x should be (..., {self.features}), but is {tuple(x.shape)}")
        return super().forward(x)


class LayerNorm(_Norm):
    """y = γ (x − μ) / √(σ² + ε) + β, with μ and σ² of each row."""

    def __init__(self, features: int, epsilon: float = 1e-5) -> None:
        super().__init__(features, epsilon)
        self.add_parameter("beta", np.zeros(features))

    def compute(self, p: Mapping[str, Tensor], x: Tensor) -> Tensor:
        """Return what the kernel of layer normalization computes."""
        return functional.layer_norm(x, (self.features,), p["gamma"], p["beta"], self.epsilon)


class RMSNorm(_Norm):
    """y = γ x / √(mean of x² + ε), with the mean of each row."""

    def compute(self, p: Mapping[str, Tensor], x: Tensor) -> Tensor:
        """Return what the kernel of root mean squares computes."""
        return functional.rms_norm(x, (self.features,), p["gamma"], self.epsilon)
