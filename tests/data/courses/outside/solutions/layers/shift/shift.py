"""A layer that adds a vector to every row."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


class Shift(Model):
    """y = x + b.

    Args:
        size: D.

    Parameters:
        b `(D,)`, zero at first.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.add_parameter("b", np.zeros(size))

    def forward(self, x: Array) -> Array:
        """y `(N, D)` of `x: (N, D)`."""
        # BEGIN SOLUTION
        return x + self.parameters["b"]
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradient of b, and return that of x.

        Args:
            grad_output: `(N, D)`. Not modified.
        """
        # BEGIN SOLUTION
        self.gradients["b"] += grad_output.sum(axis=0)
        return grad_output.copy()
        # END SOLUTION
