"""A linear classifier that reads what a shift returns."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part


class ShiftedClassifier(Model):
    """z = shift(x) W.

    Args:
        size: D.
        classes: K.
        rng: draws the initial weights.

    Parameters:
        shift.b `(D,)`, W `(D, K)`.
    """

    def __init__(self, size: int, classes: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.shift = self.add_child("shift", part("shift")(size))
        self.add_parameter("W", rng.normal(scale=size**-0.5, size=(size, classes)))

    def forward(self, x: Array) -> Array:
        """Scores z `(N, K)` of `x: (N, D)`."""
        # BEGIN SOLUTION
        self.h = self.shift.forward(x)
        return self.h @ self.parameters["W"]
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of W and of the shift, and return that of x.

        Args:
            grad_output: `(N, K)`. Not modified.
        """
        # BEGIN SOLUTION
        self.gradients["W"] += self.h.T @ grad_output
        return self.shift.backward(grad_output @ self.parameters["W"].T)
        # END SOLUTION


def share_of_right_answers(scores: Array, labels: Array) -> float:
    """How often the highest of `scores: (N, K)` is that of the class in `labels: (N,)`."""
    # BEGIN SOLUTION
    return float(np.mean(scores.argmax(axis=1) == labels))
    # END SOLUTION
