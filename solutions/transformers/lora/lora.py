"""LoRA: a trained layer stays as it is, and a product of two thin matrices is learned beside it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from framework.interfaces import Array, Model


class LoRA(Model):
    """y = x W + b + (α/r) x A B: W and b of a trained layer are kept, A and B are learned.

    Args:
        layer: a model with the parameters W `(D, H)` and b `(H,)`, as the part ``affine``.
        rank: r, from 1 to the smaller one of D and H.
        alpha: α, positive.
        rng: draws A.

    Attributes:
        layer: as given. Its arrays are no parameters of this model.
        scale: α/r.
        merged: whether (α/r) A B is in W at present; False at first.

    Parameters: A `(D, r)`, normal with the standard deviation 1/√D; B `(r, H)`, zeros. Both have
        the dtype of W.

    Raises: ValueError if `rank` or `alpha` is out of its range.
    """

    def __init__(self, layer: Model, rank: int, alpha: float, *, rng: np.random.Generator) -> None:
        super().__init__()
        W = layer.parameters["W"]
        D, H = W.shape
        if not 1 <= rank <= min(D, H):
            raise ValueError(f"rank should be from 1 to {min(D, H)} for W {W.shape}, but is {rank}")
        if not alpha > 0:
            raise ValueError(f"alpha should be positive, but is {alpha}")
        self.layer, self.merged = layer, False  # `self.add_child` would make W a parameter
        # BEGIN SOLUTION: the product of A and B is 0 at first
        self.scale = alpha / rank
        self.add_parameter("A", rng.normal(scale=D**-0.5, size=(D, rank)).astype(W.dtype))
        self.add_parameter("B", np.zeros((rank, H), W.dtype))
        # END SOLUTION

    def forward(self, x: Array) -> Array:
        """Return y `(..., H)`; with `merged`, by the layer alone.

        Args:
            x: `(..., D)` with any number of axes. Not modified.

        Raises: ValueError if the last axis of `x` is not D.
        """
        D = self.layer.parameters["W"].shape[0]
        if x.shape[-1:] != (D,):
            raise ValueError(f"x should be (..., {D}), but is {x.shape}")
        # BEGIN SOLUTION: two thin products, and never A B
        y = x @ self.layer.parameters["W"] + self.layer.parameters["b"]
        if not self.merged:
            self._x, self._projected = x, x @ self.parameters["A"]
            y += self.scale * (self._projected @ self.parameters["B"])
        return y
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of A and B; return that of x. The layer's gradients stay as they are.

        Args:
            grad_output: the gradient of what `forward` returned, `(..., H)`. Not modified.

        Raises: ValueError with `merged`: a change of A or B would not reach W.
        """
        if self.merged:
            raise ValueError("A and B are merged into W: call `unmerge` before `backward`")
        # BEGIN SOLUTION: p = x A is a hidden layer; its rows are all vectors of the batch
        A, B, W = self.parameters["A"], self.parameters["B"], self.layer.parameters["W"]
        (D, r), H = A.shape, B.shape[1]
        delta = self.scale * grad_output
        grad_projected = delta @ B.T  # (..., r)
        self.gradients["B"] += self._projected.reshape(-1, r).T @ delta.reshape(-1, H)
        self.gradients["A"] += self._x.reshape(-1, D).T @ grad_projected.reshape(-1, r)
        return grad_output @ W.T + grad_projected @ A.T
        # END SOLUTION

    def merge(self) -> None:
        """Add (α/r) A B to W of the layer; nothing if it is merged already."""
        # BEGIN SOLUTION
        if not self.merged:
            self.layer.parameters["W"] += self.scale * (self.parameters["A"] @ self.parameters["B"])
        self.merged = True
        # END SOLUTION

    def unmerge(self) -> None:
        """Take (α/r) A B out of W of the layer again; nothing if it is not merged."""
        # BEGIN SOLUTION
        if self.merged:
            self.layer.parameters["W"] -= self.scale * (self.parameters["A"] @ self.parameters["B"])
        self.merged = False
        # END SOLUTION

    def astype(self, dtype: Any) -> Self:
        """Given: convert A, B and the trained layer."""
        self.layer.astype(dtype)
        return super().astype(dtype)
