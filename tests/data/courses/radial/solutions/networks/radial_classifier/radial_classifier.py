"""A classifier on distances to centres."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part


class RadialClassifier(Model):
    """z = tanh(h W + b), h = radial basis of x.

    Args:
        size: D.
        centres: K.
        classes: C.
        rng: draws the centres and W.

    Parameters:
        radial.c `(K, D)`, W `(K, C)`, b `(C,)`; b is zero at first.
    """

    def __init__(self, size: int, centres: int, classes: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.radial = self.add_child("radial", part("radial_basis")(size, centres, rng=rng))
        self.tanh = self.add_child("tanh", part("tanh")())
        self.add_parameter("W", rng.normal(size=(centres, classes)))
        self.add_parameter("b", np.zeros(classes))

    def forward(self, x: Array) -> Array:
        """Return the scores z `(N, C)` of `x: (N, D)`."""
        # BEGIN SOLUTION
        self._h = self.radial.forward(x)
        return self.tanh.forward(self._h @ self.parameters["W"] + self.parameters["b"])
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of all parameters, and return that of x.

        Args:
            grad_output: `(N, C)`. Not modified.
        """
        # BEGIN SOLUTION
        grad = self.tanh.backward(grad_output)
        self.gradients["W"] += self._h.T @ grad
        self.gradients["b"] += grad.sum(axis=0)
        return self.radial.backward(grad @ self.parameters["W"].T)
        # END SOLUTION
