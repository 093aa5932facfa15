"""A layer of distances to centres."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


class RadialBasis(Model):
    """h[n, k] = exp(−|x[n] − c[k]|² / 2).

    Args:
        size: D.
        centres: K.
        rng: draws the centres.

    Parameters:
        c `(K, D)`.
    """

    def __init__(self, size: int, centres: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.add_parameter("c", rng.normal(size=(centres, size)))

    def forward(self, x: Array) -> Array:
        """Return h `(N, K)` of `x: (N, D)`."""
        # BEGIN SOLUTION
        self._differences = x[:, None] - self.parameters["c"][None]
        self._h = np.exp(-np.square(self._differences).sum(axis=2) / 2)
        return self._h
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradient of c, and return that of x.

        Args:
            grad_output: `(N, K)`. Not modified.
        """
        # BEGIN SOLUTION
        grad = (grad_output * self._h)[:, :, None] * self._differences
        self.gradients["c"] += grad.sum(axis=0)
        return -grad.sum(axis=1)
        # END SOLUTION
