"""Squashing functions."""

from __future__ import annotations

import numpy as np

SCALE = 1.0


class Sigmoid:
    """σ(z)."""

    def forward(self, z):
        """Return σ(z)."""
        # BEGIN SOLUTION: compute σ(z), and keep it
        self.y = _stable(z)
        return self.y
        # END SOLUTION

    def backward(self, grad_output):
        """Return grad_output ∘ σ'(z)."""
        # BEGIN SOLUTION
        return grad_output * self.y * (1 - self.y)
        # END SOLUTION


# BEGIN SOLUTION
def _stable(z):
    return SCALE / (1 + np.exp(-z))


# END SOLUTION


def double(x):
    """Return 2x."""
    # BEGIN SOLUTION
    return 2 * x
    # END SOLUTION
