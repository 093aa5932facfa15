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
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of W and of the shift, and return that of x.

        Args:
            grad_output: `(N, K)`. Not modified.
        """
        # TODO: your code here
        raise NotImplementedError


def share_of_right_answers(scores: Array, labels: Array) -> float:
    """How often the highest of `scores: (N, K)` is that of the class in `labels: (N,)`."""
    # TODO: your code here
    raise NotImplementedError
