"""The right answers."""

import numpy as np

from framework.interfaces import Model


def attacked(x):
    """Return ``sqrt(x² + 1)``, entry by entry."""
    return np.sqrt(x**2 + 1)


class Layer(Model):
    """``x @ W``."""

    def __init__(self, inputs, outputs, *, rng):
        super().__init__()
        self.add_parameter("W", rng.normal(size=(inputs, outputs)))

    def forward(self, x):
        """Return ``x @ W``."""
        self.x = x
        return x @ self.parameters["W"]

    def backward(self, grad_output):
        """Return the gradient of ``x``."""
        self.gradients["W"] += self.x.T @ grad_output
        return grad_output @ self.parameters["W"].T


def honest(x):
    """Return ``3x``."""
    return 3 * x
