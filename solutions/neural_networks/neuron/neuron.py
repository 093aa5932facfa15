"""A neuron and a layer of neurons: weighted sums of the inputs, then σ.

Source: CS224n notes part III, sections 1.1 and 1.2 (misprints corrected, see README.md).
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model


def sigmoid(z: Array) -> Array:
    """Return σ(z) = 1 / (1 + exp(−z)), entry by entry.

    Args:
        z: real numbers of any shape `(...)`. At z = −1000 the term exp(−z) overflows, with a
            warning: use a form that never takes exp of a large positive number.

    Returns:
        σ(z) `(...)`, in the dtype of `z`; NaN where `z` is NaN.
    """
    # BEGIN SOLUTION
    e = np.exp(-np.abs(z))  # in (0, 1], whatever the sign of z
    return np.where(z >= 0, 1.0, e) / (1.0 + e)
    # END SOLUTION


def neuron(x: Array, w: Array, b: float) -> Array:
    """Return a = σ(wᵀx + b), the activation of one neuron for each input.

    Args:
        x: inputs `(..., n)`, each a vector of n numbers.
        w: weights `(n,)`.
        b: bias.

    Returns:
        a `(...)`, one number for each input.

    Raises:
        ValueError: the last axis of `x` and `w` differ in length.
    """
    if x.shape[-1:] != w.shape:
        raise ValueError(f"a neuron with weights {w.shape} cannot read inputs {x.shape}")
    # BEGIN SOLUTION
    return sigmoid(x @ w + b)
    # END SOLUTION


class Affine(Model):
    """z = x W + b: the weighted sums of H neurons that all read the same D inputs.

    A row of x is one input; column j of W holds the weights w⁽ʲ⁾ of neuron j.

    Args:
        input_size: D.
        output_size: H.
        rng: draws the initial weights.

    Parameters:
        W `(D, H)`, b `(H,)`.
    """

    def __init__(self, input_size: int, output_size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        D, H = input_size, output_size
        self.input_size = D
        self.add_parameter("W", rng.normal(scale=D**-0.5, size=(D, H)))
        self.add_parameter("b", np.zeros(H))

    def forward(self, x: Array) -> Array:
        """Return z.

        Args:
            x: inputs `(..., D)`: one vector, a batch of them, or sequences `(N, T, D)`.

        Returns:
            z `(..., H)`.

        Raises:
            ValueError: the last axis of `x` is not D.
        """
        if x.shape[-1:] != (self.input_size,):
            raise ValueError(f"x has shape {x.shape}, but input_size is {self.input_size}")
        # BEGIN SOLUTION: return z, and keep what backward needs
        self.x = x
        return x @ self.parameters["W"] + self.parameters["b"]
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of W and b; return that of x.

        W and b are used once for each vector in `x`, so their gradients are sums over all vectors:

            ∂J/∂W = Σ_n x_n δ_nᵀ (outer products)     ∂J/∂b = Σ_n δ_n     ∂J/∂x_n = W δ_n

        Args:
            grad_output: δ = ∂J/∂z `(..., H)`. Not modified.

        Returns:
            ∂J/∂x `(..., D)`.
        """
        # BEGIN SOLUTION: add into self.gradients["W"] and ["b"]
        D, H = self.parameters["W"].shape
        x, delta = self.x.reshape(-1, D), grad_output.reshape(-1, H)  # one vector per row
        self.gradients["W"] += x.T @ delta
        self.gradients["b"] += delta.sum(axis=0)
        return grad_output @ self.parameters["W"].T
        # END SOLUTION
