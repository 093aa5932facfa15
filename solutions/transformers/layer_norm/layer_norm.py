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
        # BEGIN SOLUTION: mean and variance of each row; keep what backward needs
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred**2).mean(axis=-1, keepdims=True)
        self._factor = 1 / np.sqrt(variance + self.epsilon)  # (..., 1)
        self._x_hat = centred * self._factor
        return self.parameters["gamma"] * self._x_hat + self.parameters["beta"]
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of γ and β; return that of x. `grad_output` is not modified."""
        # BEGIN SOLUTION: sums over all rows for γ and β, then ∂x within each row
        x_hat, rows = self._x_hat, tuple(range(grad_output.ndim - 1))
        self.gradients["gamma"] += (grad_output * x_hat).sum(axis=rows)
        self.gradients["beta"] += grad_output.sum(axis=rows)
        grad_x_hat = grad_output * self.parameters["gamma"]
        # With s = √(σ² + ε): x_c reaches x̂_j by 1/s if j = c, through μ by −1/(C s), and
        # through σ² by −x̂_j x̂_c/(C s). Summed over j, times ∂x̂_j:
        along = (grad_x_hat * x_hat).mean(axis=-1, keepdims=True)
        mean = grad_x_hat.mean(axis=-1, keepdims=True)
        return self._factor * (grad_x_hat - mean - x_hat * along)
        # END SOLUTION


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
        # BEGIN SOLUTION: the mean square of each row; keep what backward needs
        mean_square = (x**2).mean(axis=-1, keepdims=True)
        self._factor = 1 / np.sqrt(mean_square + self.epsilon)  # (..., 1)
        self._x_hat = x * self._factor
        return self.parameters["gamma"] * self._x_hat
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradient of γ; return that of x. `grad_output` is not modified."""
        # BEGIN SOLUTION: the sum over all rows for γ, then ∂x within each row
        x_hat, rows = self._x_hat, tuple(range(grad_output.ndim - 1))
        self.gradients["gamma"] += (grad_output * x_hat).sum(axis=rows)
        grad_x_hat = grad_output * self.parameters["gamma"]
        along = (grad_x_hat * x_hat).mean(axis=-1, keepdims=True)
        return self._factor * (grad_x_hat - x_hat * along)
        # END SOLUTION


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
