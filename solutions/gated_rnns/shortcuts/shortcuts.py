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
        # BEGIN SOLUTION
        change = self.f.forward(x)
        if change.shape != x.shape:
            raise ValueError(f"f makes {change.shape} of {x.shape}: that cannot be added to x")
        return x + change
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x. grad_output is not modified."""
        # BEGIN SOLUTION
        grad_x: Array = grad_output + self.f.backward(grad_output)
        return grad_x
        # END SOLUTION


class DenseConnection(Model):
    """y = [x, f(x)], for a model f that keeps all axes but the last."""

    def __init__(self, f: Model) -> None:
        super().__init__()
        self.f = self.add_child("f", f)

    def forward(self, x: Array) -> Array:
        """Return [x, f(x)] `(..., D + H)`: first x `(..., D)`, then the H features of f(x)."""
        # BEGIN SOLUTION
        self._D = x.shape[-1]
        return np.concatenate([x, self.f.forward(x)], axis=-1)
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x. grad_output `(..., D + H)` is not modified."""
        # BEGIN SOLUTION
        of_x, of_f = np.split(grad_output, [self._D], axis=-1)
        grad_x: Array = of_x + self.f.backward(of_f)
        return grad_x
        # END SOLUTION


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
        # BEGIN SOLUTION: let the gate start nearly closed, with a bias of −2
        self.parameters["b_t"][...] = -2.0
        # END SOLUTION

    def forward(self, x: Array) -> Array:
        """Return y `(..., D)`, a new array, for x `(..., D)`, with t = σ(x W_t + b_t).

        Raises: ValueError if the last axis of `x` is not D.
        """
        if x.shape[-1] != self.size:
            raise ValueError(f"x has {x.shape[-1]} features, but the layer's size is {self.size}")
        # BEGIN SOLUTION: compute h, t and y, and keep what backward needs
        p = self.parameters
        h = np.maximum(x @ p["W_h"] + p["b_h"], 0)
        t = self.sigmoid(x @ p["W_t"] + p["b_t"])
        self._x, self._h, self._t = x, h, t
        return t * h + (1 - t) * x
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add to `gradients`; return the gradient of x. grad_output is not modified."""
        # BEGIN SOLUTION: the gradients of the inputs of ReLU and σ, then of the weights, then of x
        x, h, t = self._x, self._h, self._t
        grad_a = grad_output * t * (h > 0)
        grad_z = grad_output * (h - x) * t * (1 - t)
        self._add_gradients("h", grad_a)
        self._add_gradients("t", grad_z)
        p = self.parameters
        grad_x: Array = grad_output * (1 - t) + grad_a @ p["W_h"].T + grad_z @ p["W_t"].T
        return grad_x

    def _add_gradients(self, name: str, grad: Array) -> None:
        """Add the gradients of W and b, given that of x W + b, summed over all rows."""
        rows = grad.reshape(-1, self.size)
        self.gradients[f"W_{name}"] += self._x.reshape(-1, self.size).T @ rows
        self.gradients[f"b_{name}"] += rows.sum(axis=0)
        # END SOLUTION
