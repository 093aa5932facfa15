"""Shortcuts: connections around a layer (CS224n lecture 7, section 4.3)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part


class Residual(Model):
    """y = x + f(x), for a model f whose output has the shape of its input."""

    def __init__(self, f: Model) -> None:
        super().__init__()
        self.f = self.add_child("f", f)

    def forward(self, x: Array) -> Array:
        """Return x + f(x), a new array, for an x of any shape that f reads.

        Raises: ValueError if f(x) has another shape than x. (NumPy would broadcast `(N, 1)`.)
        """
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x. grad_output is not modified."""
        # TODO: your code here
        raise NotImplementedError


class DenseConnection(Model):
    """y = [x, f(x)], for a model f that keeps all axes but the last."""

    def __init__(self, f: Model) -> None:
        super().__init__()
        self.f = self.add_child("f", f)

    def forward(self, x: Array) -> Array:
        """Return [x, f(x)] `(..., D + H)`: first x `(..., D)`, then the H features of f(x)."""
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x. grad_output `(..., D + H)` is not modified."""
        # TODO: your code here
        raise NotImplementedError


class Highway(Model):
    """y = t ∘ h + (1 − t) ∘ x, with the new content h = ReLU(x W_h + b_h) and a gate t.

    Parameters: W_h, W_t `(D, D)`; b_h, b_t `(D,)`, where D is `size`.
    """

    def __init__(self, size: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.sigmoid = part("sigmoid_function")  # your function of the exercise neuron
        self.size = size
        self.add_parameter("W_h", rng.normal(scale=size**-0.5, size=(size, size)))
        self.add_parameter("b_h", np.zeros(size))
        self.add_parameter("W_t", rng.normal(scale=size**-0.5, size=(size, size)))
        self.add_parameter("b_t", np.zeros(size))
        # TODO: let the gate start nearly closed, with a bias of −2
        raise NotImplementedError

    def forward(self, x: Array) -> Array:
        """Return y `(..., D)`, a new array, for x `(..., D)`, with t = σ(x W_t + b_t).

        Raises: ValueError if the last axis of `x` is not D.
        """
        if x.shape[-1] != self.size:
            raise ValueError(f"x has {x.shape[-1]} features, but the layer's size is {self.size}")
        # TODO: compute h, t and y, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Add to `gradients`; return the gradient of x. grad_output is not modified."""
        # TODO: the gradients of the inputs of ReLU and σ, then of the weights, then of x
        raise NotImplementedError
