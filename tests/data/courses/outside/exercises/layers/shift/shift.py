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
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Add the gradient of b, and return that of x.

        Args:
            grad_output: `(N, D)`. Not modified.
        """
        # TODO: your code here
        raise NotImplementedError
