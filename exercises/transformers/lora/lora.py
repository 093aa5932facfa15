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
        # TODO: the product of A and B is 0 at first
        raise NotImplementedError

    def forward(self, x: Array) -> Array:
        """Return y `(..., H)`; with `merged`, by the layer alone.

        Args:
            x: `(..., D)` with any number of axes. Not modified.

        Raises: ValueError if the last axis of `x` is not D.
        """
        D = self.layer.parameters["W"].shape[0]
        if x.shape[-1:] != (D,):
            raise ValueError(f"x should be (..., {D}), but is {x.shape}")
        # TODO: two thin products, and never A B
        raise NotImplementedError

    def backward(self, grad_output: Array) -> Array:
        """Add the gradients of A and B; return that of x. The layer's gradients stay as they are.

        Args:
            grad_output: the gradient of what `forward` returned, `(..., H)`. Not modified.

        Raises: ValueError with `merged`: a change of A or B would not reach W.
        """
        if self.merged:
            raise ValueError("A and B are merged into W: call `unmerge` before `backward`")
        # TODO: p = x A is a hidden layer; its rows are all vectors of the batch
        raise NotImplementedError

    def merge(self) -> None:
        """Add (α/r) A B to W of the layer; nothing if it is merged already."""
        # TODO: your code here
        raise NotImplementedError

    def unmerge(self) -> None:
        """Take (α/r) A B out of W of the layer again; nothing if it is not merged."""
        # TODO: your code here
        raise NotImplementedError

    def astype(self, dtype: Any) -> Self:
        """Given: convert A, B and the trained layer."""
        self.layer.astype(dtype)
        return super().astype(dtype)
