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
    # TODO: your code here
    raise NotImplementedError


def neuron(x: Array, w: Array, b: float) -> Array:
    """Return a `(...)` = σ(wᵀx + b), the activation of one neuron for each input.

    Args:
        x: inputs `(..., n)`.
        w: weights `(n,)`.

    Raises: ValueError if the last axis of `x` and `w` differ in length.
    """
    if x.shape[-1:] != w.shape:
        raise ValueError(f"a neuron with weights {w.shape} cannot read inputs {x.shape}")
    # TODO: your code here
    raise NotImplementedError


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
        # TODO: return z, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of W and b for ∂J/∂z `(..., H)`; return that of x, `(..., D)`."""
        # TODO: add into self.gradients["W"] and ["b"]
        raise NotImplementedError
