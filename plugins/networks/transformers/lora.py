"""A trained layer with a product of two thin matrices beside it.

Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021), section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from framework.interfaces import Model
from framework.models.differentiated import DifferentiatedModel


class LoRA(DifferentiatedModel):
    """y = x W + b + (α/r) x A B, with W and b of a trained layer as constants."""

    def __init__(self, layer: Model, rank: int, alpha: float, *, rng: np.random.Generator) -> None:
        super().__init__()
        W = layer.parameters["W"]
        D, H = W.shape
        if not 1 <= rank <= min(D, H):
            shape = (int(D), int(H))
            raise ValueError(f"rank should be from 1 to {min(D, H)} for W {shape}, but is {rank}")
        if not alpha > 0:
            raise ValueError(f"alpha should be positive, but is {alpha}")
        self.layer, self.scale, self.merged = layer, alpha / rank, False
        for name, drawn in (
            ("A", rng.normal(scale=D**-0.5, size=(D, rank))),
            ("B", np.zeros((rank, H))),
        ):
            native = self._arrays.astype(self._arrays.asarray(drawn), W.dtype)
            self.add_parameter(name, native)

    def forward(self, *inputs: Any) -> Any:
        """Return y `(..., H)`.

        Args:
            inputs: x `(..., D)` alone.

        Raises:
            ValueError: the last axis of x is not D.
        """
        x, D = self._arrays.asarray(*inputs), self.layer.parameters["W"].shape[0]
        if tuple(x.shape[-1:]) != (D,):
            raise ValueError(f"x should be (..., {D}), but is {tuple(x.shape)}")
        return super().forward(x)

    def compute(self, p: Mapping[str, Any], x: Any) -> Any:
        """Return the sum of both ways, or with `merged` the first one alone."""
        y = x @ self.layer.parameters["W"] + self.layer.parameters["b"]
        return y if self.merged else y + self.scale * ((x @ p["A"]) @ p["B"])

    def backward(self, grad_output: Any) -> Any:
        """Add the gradients of A and B; return that of x.

        Raises:
            ValueError: A and B are merged into W.
        """
        if self.merged:
            raise ValueError("A and B are merged into W: call `unmerge` before `backward`")
        return super().backward(grad_output)

    def merge(self) -> None:
        """Add (α/r) A B to W of the layer, unless it is merged."""
        if not self.merged:
            self._add(self.scale)
        self.merged = True

    def unmerge(self) -> None:
        """Take (α/r) A B out of W of the layer, if it is merged."""
        if self.merged:
            self._add(-self.scale)
        self.merged = False

    def astype(self, dtype: Any) -> Self:
        """Convert A, B and the trained layer."""
        self.layer.astype(dtype)
        return super().astype(dtype)

    def _add(self, factor: float) -> None:
        change = self.parameters["A"] @ self.parameters["B"]
        self._arrays.add_multiple(self.layer.parameters, {"W": change}, factor)
