"""Shortcuts: connections around a layer, on which signals and gradients do not pass through it.

Source: CS224n lecture 7, section 4.3; He et al., "Deep Residual Learning for Image Recognition"
(2015); Huang et al., "Densely Connected Convolutional Networks" (2017); Srivastava, Greff and
Schmidhuber, "Highway Networks" (2015).
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part


class Residual(Model):
    """y = x + f(x): the layer f only learns the change.

    Args:
        f: a model whose output has the shape of its input.

    Parameters:
        those of f, as ``f.NAME``.
    """

    def __init__(self, f: Model) -> None:
        super().__init__()
        self.f = self.add_child("f", f)

    def forward(self, x: Array) -> Array:
        """Return x + f(x), a new array.

        Args:
            x: `(N, D)`, `(N, T, D)` or another shape that f reads.

        Raises:
            ValueError: f(x) has another shape than x. (NumPy would broadcast `(N, 1)`.)
        """
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x, the sum over the two paths from x to y.

        Args:
            grad_output: gradient of y, in its shape. Not modified.
        """
        # TODO: your code here
        raise NotImplementedError


class DenseConnection(Model):
    """y = [x, f(x)], concatenated along the last axis: y still contains x.

    Args:
        f: a model that reads x. Its output may differ from x in the length of the last axis only.

    Parameters:
        those of f, as ``f.NAME``.
    """

    def __init__(self, f: Model) -> None:
        super().__init__()
        self.f = self.add_child("f", f)

    def forward(self, x: Array) -> Array:
        """Return [x, f(x)].

        Args:
            x: `(N, D)`, `(N, T, D)` or another shape that f reads.

        Returns:
            y `(..., D + H)`, first x, then the H features of f(x).
        """
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x, which y contains twice: directly and in f(x).

        Args:
            grad_output: gradient of y, `(..., D + H)`. Not modified.
        """
        # TODO: your code here
        raise NotImplementedError


class Highway(Model):
    """y = t ∘ h + (1 − t) ∘ x: for each feature, a gate decides how much of x is replaced by h.

    Args:
        size: D, the number of features of x and of y.
        rng: draws the initial weights.

    Parameters:
        W_h `(D, D)`, b_h `(D,)` of the new content h; W_t `(D, D)`, b_t `(D,)` of the gate t.
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
        """Return y, with h = ReLU(x W_h + b_h) and t = σ(x W_t + b_t).

        Args:
            x: `(..., D)`: a batch `(N, D)`, or sequences `(N, T, D)`.

        Returns:
            y `(..., D)`, a new array.

        Raises:
            ValueError: the last axis of `x` is not D.
        """
        if x.shape[-1] != self.size:
            raise ValueError(f"x has {x.shape[-1]} features, but the layer's size is {self.size}")
        # TODO: compute h, t and y, and keep what backward needs
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x, and add those of the parameters to `gradients`.

        x is used three times: by h, by t, and by (1 − t) ∘ x. ReLU'(0) = 0.

        Args:
            grad_output: ∂y, the gradient of y, `(..., D)`. Not modified.
        """
        # TODO: the gradients of the inputs of ReLU and σ, then of the weights, then of x
        raise NotImplementedError
