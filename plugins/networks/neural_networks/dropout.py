"""Dropout, and averages over its masks.

Source: CS224n notes part III, section 2.3; Srivastava et al., "Dropout" (2014); Gal and Ghahramani
(2016); Wan et al., "Regularization of Neural Networks using DropConnect" (2013).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from framework.arrays import current_arrays
from framework.interfaces import Model
from framework.models.parts import part


class Dropout(Model):
    """In training every entry is kept with probability p, else 0; x p when it is used.

    With `inverted` x / p in training, and x when it is used.
    """

    def __init__(
        self, keep_probability: float, *, inverted: bool = False, rng: np.random.Generator
    ) -> None:
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError(f"keep_probability lies in (0, 1], but got {keep_probability}")
        self.keep_probability, self.inverted, self.rng = keep_probability, inverted, rng

    def forward(self, x: Any) -> Any:
        """Return x ∘ m in the shape of x."""
        p, arrays = self.keep_probability, self._arrays
        x = arrays.asarray(x)
        kept = self._kept(x) if self.training else np.float64(p)
        factors = arrays.asarray(kept / p if self.inverted else kept)
        self._factors = arrays.astype(factors, x.dtype)
        return x * self._factors

    def backward(self, grad_output: Any) -> Any:
        """Return grad_output ∘ m."""
        return grad_output * self._factors

    def _kept(self, x: Any) -> Any:
        """Draw which entries of x are kept."""
        return self._arrays.asarray(self.rng.random(self._mask_shape(x))) < self.keep_probability

    def _mask_shape(self, x: Any) -> tuple[int, ...]:
        return tuple(x.shape)


class VariationalDropout(Dropout):
    """Dropout of sequences `(N, T, D)` with one mask for all time steps."""

    def _mask_shape(self, x: Any) -> tuple[int, ...]:
        return x.shape[0], 1, x.shape[2]


class DropConnect(Model):
    """y = x (W ∘ m) + b: an affine layer with dropout of its weights."""

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
        dropout = part("dropout")(keep_probability, inverted=inverted, rng=rng)
        self.dropout = self.add_child("_dropout", dropout)
        shape = (input_size, output_size)
        self.add_parameter("W", rng.normal(scale=input_size**-0.5, size=shape))
        self.add_parameter("b", np.zeros(output_size))

    def forward(self, x: Any) -> Any:
        """Return y `(..., C)` of `x: (..., D)`."""
        self._x = self._arrays.asarray(x)
        self._W = self.dropout.forward(self.parameters["W"])
        return self._x @ self._W + self.parameters["b"]

    def backward(self, grad_output: Any) -> Any:
        """Return the gradient of x `(..., D)`."""
        grad_output = self._arrays.asarray(grad_output)
        D, C = self._W.shape
        grad = grad_output.reshape(-1, C)
        self.gradients["W"] += self.dropout.backward(self._x.reshape(-1, D).T @ grad)
        self.gradients["b"] += grad.sum(0)
        return grad_output @ self._W.T


def average_over_masks(f: Callable[[Any], Any], x: Any, keep_probability: float) -> Any:
    """Σ over all 2ⁿ masks m of P(m) f(x ∘ m)."""
    arrays, p, n = current_arrays(), keep_probability, len(x)
    masks = np.indices((2,) * n).reshape(n, -1).T
    shares = p ** masks.sum(1) * (1 - p) ** (n - masks.sum(1))
    natives = (arrays.astype(arrays.from_numpy(mask), x.dtype) for mask in masks)
    outputs = [
        share * arrays.asarray(f(x * mask))
        for share, mask in zip(shares.tolist(), natives, strict=True)
    ]
    return arrays.namespace.stack(outputs).sum(0)


def monte_carlo(model: Any, x: Any, samples: int) -> tuple[Any, Any]:
    """Mean and standard deviation over passes in training mode; evaluation mode afterwards."""
    arrays = current_arrays()
    model.train()
    outputs = arrays.namespace.stack([arrays.asarray(model.forward(x)) for _ in range(samples)])
    model.eval()
    mean = outputs.mean(0)
    return mean, ((outputs - mean) ** 2).mean(0) ** 0.5
