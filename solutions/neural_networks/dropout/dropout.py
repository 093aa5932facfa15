"""Dropout: units are set to 0 at random in training, so that none relies on another.

Source: CS224n notes part III, section 2.3; Srivastava et al. (2014); Gal and Ghahramani (2016), for
one mask at all steps; Wan et al. (2013), for DropConnect.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework.interfaces import Array, Model


class Dropout(Model):
    """Set each entry to 0 with probability 1 − p in training; keep all at test time.

    The mean of an entry is the same in both modes: all are scaled at test time, or the kept ones in
    training (`inverted`).

    Raises: ValueError if p, `keep_probability`, is not in (0, 1].
    """

    def __init__(
        self, keep_probability: float, *, inverted: bool = False, rng: np.random.Generator
    ) -> None:
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError(f"keep_probability lies in (0, 1], but got {keep_probability}")
        self.keep_probability, self.inverted, self.rng = keep_probability, inverted, rng

    def forward(self, x: Array) -> Array:
        """Return x ∘ m `(...)`, a new array of the dtype of `x: (...)`, which is not modified.

        In training an entry with a number u < p of ``self.rng.random(x.shape)`` is kept. At test
        time no number is drawn.
        """
        # BEGIN SOLUTION: make the factors, keep them for backward, and multiply
        p = self.keep_probability
        if self.training:
            kept = self.rng.random(x.shape) < p
            factors = kept / p if self.inverted else kept
        else:
            factors = np.full(x.shape, 1.0 if self.inverted else p)
        self._factors = factors.astype(x.dtype)
        return x * self._factors
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(...)`, with the factors of the last `forward`."""
        # BEGIN SOLUTION
        return grad_output * self._factors
        # END SOLUTION


class VariationalDropout(Model):
    """`Dropout` of sequences, with one mask for all time steps of a sequence."""

    def __init__(
        self, keep_probability: float, *, inverted: bool = False, rng: np.random.Generator
    ) -> None:
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError(f"keep_probability lies in (0, 1], but got {keep_probability}")
        self.keep_probability, self.inverted, self.rng = keep_probability, inverted, rng

    def forward(self, x: Array) -> Array:
        """Return x ∘ m `(N, T, D)`, with masks from ``self.rng.random((N, D))``."""
        # BEGIN SOLUTION: as in Dropout, with factors (N, 1, D)
        p = self.keep_probability
        N, _, D = x.shape
        if self.training:
            kept = self.rng.random((N, D))[:, None] < p
            factors = kept / p if self.inverted else kept
        else:
            factors = np.full((N, 1, D), 1.0 if self.inverted else p)
        self._factors = factors.astype(x.dtype)
        return x * self._factors
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Return the gradient of x `(N, T, D)`, with the factors of the last `forward`."""
        # BEGIN SOLUTION
        return grad_output * self._factors
        # END SOLUTION


class DropConnect(Model):
    """An affine layer that sets single weights to 0 in training: y = x (W ∘ m) + b.

    Args:
        input_size, output_size: D and C.
        keep_probability: p, in (0, 1], the probability to keep a weight.
        inverted: divide the kept weights by p in training; else multiply by p at test time.

    Parameters: W `(D, C)`, b `(C,)`. b is never dropped.
    Raises: ValueError if `keep_probability` is not in (0, 1].
    """

    def __init__(
        self,
        input_size: int,
        output_size: int,
        keep_probability: float,
        *,
        inverted: bool = False,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        D, C = input_size, output_size
        dropout = Dropout(keep_probability, inverted=inverted, rng=rng)
        self.dropout = self.add_child("_dropout", dropout)  # in the mode of this layer
        self.add_parameter("W", rng.normal(scale=D**-0.5, size=(D, C)))
        self.add_parameter("b", np.zeros(C))

    def forward(self, x: Array) -> Array:
        """Return y `(..., C)` for `x: (..., D)`, with a new mask m `(D, C)` in each call."""
        # BEGIN SOLUTION: your Dropout takes any array, W too
        self._x, self._W = x, self.dropout.forward(self.parameters["W"])
        return x @ self._W + self.parameters["b"]
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of W and b; return that of x `(..., D)`."""
        # BEGIN SOLUTION
        D, C = self._W.shape
        rows, grad = self._x.reshape(-1, D), grad_output.reshape(-1, C)
        self.gradients["W"] += self.dropout.backward(rows.T @ grad)
        self.gradients["b"] += grad.sum(axis=0)
        return grad_output @ self._W.T
        # END SOLUTION


def average_over_masks(f: Callable[[Array], Array], x: Array, keep_probability: float) -> Array:
    """Return the mean of f(x ∘ m) over all 2ⁿ masks m, each with its probability.

    Args:
        f: a network; called once for each mask, with `(n,)`.
        x: `(n,)` floats, n ≤ 12. Not modified.
    """
    # BEGIN SOLUTION: itertools.product makes all masks
    from itertools import product

    p, total = keep_probability, 0.0
    for mask in product((0.0, 1.0), repeat=len(x)):
        kept = int(sum(mask))
        total = total + p**kept * (1 - p) ** (len(x) - kept) * f(x * np.array(mask))
    return np.asarray(total)
    # END SOLUTION


def monte_carlo(model: Model, x: Array, samples: int) -> tuple[Array, Array]:
    """Return mean and standard deviation (with 1/M) of M = `samples` outputs in training mode.

    Both have the shape of one output. The model ends in evaluation mode.
    """
    # BEGIN SOLUTION
    model.train()
    outputs = np.stack([model.forward(x) for _ in range(samples)])
    model.eval()
    return outputs.mean(axis=0), outputs.std(axis=0)
    # END SOLUTION
