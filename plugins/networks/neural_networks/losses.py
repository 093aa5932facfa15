"""Losses, differentiated by hand.

Source: CS224n notes part III, section 1.4, and lecture 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.arrays import current_arrays
from framework.interfaces import Loss
from framework.models.differentiated import check_forward


class MaxMarginLoss(Loss):
    """J = 1/N Σ_n max(0, Δ + s_c,n − s_n)."""

    def __init__(self, margin: float = 1.0) -> None:
        if not margin >= 0:
            raise ValueError(f"a margin is 0 or more, but got {margin}")
        self.margin = margin
        self._arrays = current_arrays()

    def forward(self, true_scores: Any, corrupt_scores: Any) -> Any:
        """Return J of the scores s and s_c, `(...)` each; ValueError if they are no pairs."""
        shape, other = tuple(true_scores.shape), tuple(corrupt_scores.shape)
        if shape != other or 0 in shape:
            raise ValueError(f"scores (...) come in pairs of one shape; got {shape} and {other}")
        cost = (self.margin + corrupt_scores - true_scores).clip(min=0)
        is_violated = self._arrays.astype(cost > 0, cost.dtype)
        self._slope = is_violated / np.prod(shape, dtype=int).item()
        return cost.mean()

    def backward(self) -> tuple[Any, Any]:
        """Return ∂J/∂s and ∂J/∂s_c, in the shape of the scores."""
        check_forward(self, "_slope")
        return -self._slope, self._slope


class SoftmaxCrossEntropy(Loss):
    """J = −1/M Σ_m log softmax(z_m)[y_m]."""

    def forward(self, logits: Any, targets: Any) -> Any:
        """Return J of the scores z `(..., C)` and the classes y, integers `(...)`.

        Raises:
            ValueError: the shapes do not fit.
            IndexError: a target is no class.
        """
        shape, places = tuple(logits.shape), tuple(targets.shape)
        if shape[:-1] != places or 0 in places:
            raise ValueError(f"logits (..., C) need targets (...), received {shape} and {places}")
        arrays = current_arrays()
        arrays.check_ids(targets, shape[-1])
        xp, classes = arrays.namespace, arrays.from_numpy(np.arange(shape[-1]))
        z = logits - xp.amax(logits, -1)[..., None]
        log_p = z - xp.log(xp.exp(z).sum(-1))[..., None]
        is_target = targets[..., None] == classes
        count = np.prod(places, dtype=int).item()
        self._grad = (xp.exp(log_p) - arrays.astype(is_target, logits.dtype)) / count
        return -xp.where(is_target, log_p, xp.zeros_like(log_p)).sum() / count

    def backward(self) -> Any:
        """Return ∂J/∂z `(..., C)`: (p_m − onehot(y_m)) / M."""
        return self._grad
