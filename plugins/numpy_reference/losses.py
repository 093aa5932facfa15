"""Losses in NumPy."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Loss


class SoftmaxCrossEntropy(Loss):
    """Mean negative log probability of the right classes under the softmax of the scores.

        J = −1/M Σ_m log p_m[y_m],    p_m = softmax(z_m),    ∂J/∂z_m = (p_m − onehot(y_m)) / M

    Source: notes part III, section 1; lecture 1.
    """

    def forward(self, logits: Array, targets: Array) -> float:
        """Compute J.

        Args:
            logits: scores z, `(..., C)`.
            targets: classes y, `(...)` integers in 0 .. C−1.

        Raises:
            ValueError: shapes that do not fit, or no target at all.
            IndexError: a target that is no class.
        """
        _check(logits, targets)
        z, self._y = logits.reshape(-1, logits.shape[-1]), targets.reshape(-1)
        self._shape = logits.shape
        # softmax(z) = softmax(z − max z), and exp of a large score would overflow.
        z = z - z.max(axis=-1, keepdims=True)
        self._p = np.exp(z)
        total = self._p.sum(axis=-1, keepdims=True)
        self._p /= total
        right = np.take_along_axis(z, self._y[:, None], axis=-1)
        return float(np.mean(np.log(total) - right))

    def backward(self) -> Array:
        """∂J/∂z, in the shape and dtype of the logits."""
        grad: Array = self._p.copy()
        grad[np.arange(len(self._y)), self._y] -= 1
        grad /= len(self._y)
        return grad.reshape(self._shape)


def _check(logits: Array, targets: Array) -> None:
    if logits.shape[:-1] != targets.shape or not targets.size:
        raise ValueError(
            f"logits (..., C) need targets (...), received {logits.shape} and {targets.shape}"
        )
    if targets.min() < 0 or targets.max() >= logits.shape[-1]:
        raise IndexError(
            f"targets must be classes 0 to {logits.shape[-1] - 1}, received "
            f"{targets.min()} to {targets.max()}"
        )
