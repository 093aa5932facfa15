"""A neuron and a layer of neurons: weighted sums of the inputs, then σ.

Source: CS224n notes part III, sections 1.1 and 1.2 (misprints corrected, see README.md).
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


def sigmoid(z: Array) -> Array:
    """Return σ(z) = 1 / (1 + exp(−z)), entry by entry, in the dtype of z `(...)`; NaN for NaN.

    There is no overflow and no warning at any z.
    """
    # BEGIN SOLUTION
    e = np.exp(-np.abs(z))  # in (0, 1], whatever the sign of z
    return np.where(z >= 0, 1.0, e) / (1.0 + e)
    # END SOLUTION


def neuron(x: Array, w: Array, b: float) -> Array:
    """Return a `(...)` = σ(wᵀx + b), the activation of one neuron for each input.

    Args:
        x: inputs `(..., n)`.
        w: weights `(n,)`.

    Raises: ValueError if the last axis of `x` and `w` differ in length.
    """
    if x.shape[-1:] != w.shape:
        raise ValueError(f"a neuron with weights {w.shape} cannot read inputs {x.shape}")
    # BEGIN SOLUTION
    return sigmoid(x @ w + b)
    # END SOLUTION


class Affine(Model):
    """z = x W + b: the weighted sums of H = `output_size` neurons, which all read D inputs.

    Parameters: W `(D, H)`, with the weights of neuron j in column j, and b `(H,)`.
    """

    def __init__(self, input_size: int, output_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        D, H = input_size, output_size
        self.input_size = D
        self.add_parameter("W", rng.normal(scale=D**-0.5, size=(D, H)))
        self.add_parameter("b", np.zeros(H))

    def forward(self, x: Array) -> Array:
        """Return z `(..., H)` for `x: (..., D)`, any number of axes.

        Raises: ValueError if the last axis of `x` is not D.
        """
        if x.shape[-1:] != (self.input_size,):
            raise ValueError(f"x has shape {x.shape}, but input_size is {self.input_size}")
        # BEGIN SOLUTION: return z, and keep what backward needs
        self.x = x
        return x @ self.parameters["W"] + self.parameters["b"]
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of W and b for ∂J/∂z `(..., H)`; return that of x, `(..., D)`."""
        # BEGIN SOLUTION: add into self.gradients["W"] and ["b"]
        # z_nj = Σ_i x_ni W_ij + b_j: W_ij gets Σ_n x_ni δ_nj, b_j Σ_n δ_nj, x_ni Σ_j δ_nj W_ij
        D, H = self.parameters["W"].shape
        x, delta = self.x.reshape(-1, D), grad_output.reshape(-1, H)  # one vector per row
        self.gradients["W"] += x.T @ delta
        self.gradients["b"] += delta.sum(axis=0)
        return grad_output @ self.parameters["W"].T
        # END SOLUTION
