"""Layer normalization (Ba et al. 2016), and its form without the mean (Zhang and Sennrich 2019)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


class LayerNorm(Model):
    """Gives every row mean 0 and variance 1 over its features, then a learned scale and shift.

    Args:
        features: C, the length of the last axis.
        epsilon: ε, positive.

    Parameters: gamma `(C,)`, ones at first; beta `(C,)`, zeros at first.
    Raises: ValueError if `features` is below 1, or `epsilon` is not positive.
    """

    def __init__(self, features: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        _check_settings(features, epsilon)
        self.features, self.epsilon = features, epsilon
        self.add_parameter("gamma", np.ones(features))
        self.add_parameter("beta", np.zeros(features))

    def forward(self, x: Array) -> Array:
        """Return y in the shape of `x`; the same in training and at test time.

        Args:
            x: `(..., C)` with any number of axes. Not modified.

        Raises: ValueError if the last axis does not have C features.
        """
        _check_features(x, self.features)
        # TODO: mean and variance of each row; keep what backward needs
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of γ and β; return that of x. `grad_output` is not modified."""
        # TODO: sums over all rows for γ and β, then ∂x within each row
        raise NotImplementedError


class RMSNorm(Model):
    """Gives the features of every row a mean square of 1, then a learned scale.

    Args:
        features: C, the length of the last axis.
        epsilon: ε, positive.

    Parameters: gamma `(C,)`, ones at first.
    Raises: ValueError if `features` is below 1, or `epsilon` is not positive.
    """

    def __init__(self, features: int, epsilon: float = 1e-5) -> None:
        super().__init__()
        _check_settings(features, epsilon)
        self.features, self.epsilon = features, epsilon
        self.add_parameter("gamma", np.ones(features))

    def forward(self, x: Array) -> Array:
        """Return y in the shape of `x`; the same in training and at test time.

        Args:
            x: `(..., C)` with any number of axes. Not modified.

        Raises: ValueError if the last axis does not have C features.
        """
        _check_features(x, self.features)
        # TODO: the mean square of each row; keep what backward needs
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Add the gradient of γ; return that of x. `grad_output` is not modified."""
        # TODO: the sum over all rows for γ, then ∂x within each row
        raise NotImplementedError


def _check_settings(features: int, epsilon: float) -> None:
    """Given: refuse a layer without features, and an ε that is not positive.

    Raises:
        ValueError: one of them is out of its range; the message names it.
    """
    if features < 1:
        raise ValueError(f"features should be at least 1, but are {features}")
    if not epsilon > 0:
        raise ValueError(f"epsilon should be positive, but is {epsilon}")


def _check_features(x: Array, features: int) -> None:
    """Given: refuse an array whose last axis has another size.

    Raises:
        ValueError: it has, or there is no axis; the message says the shape.
    """
    if x.ndim == 0 or x.shape[-1] != features:
        raise ValueError(f"x should be (..., {features}), but is {x.shape}")
