"""Losses: one number that measures how wrong the scores are, and its gradients.

`forward` returns the mean over the batch. `backward` returns the gradient of that mean with respect
to the scores of the last `forward`, in their shape and dtype. Neither changes an argument.

Source: CS224n notes part III, sections 1.4 and 1.5; lecture 1, section 4; lecture 6, section 2.4.
"""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Loss


class MaxMarginLoss(Loss):
    """J = 1/N Σ_n max(0, Δ + s_c,n − s_n): true windows should score Δ above corrupt ones.

    Raises: ValueError if Δ, `margin`, is negative or NaN.
    """

    def __init__(self, margin: float = 1.0) -> None:
        if not margin >= 0:
            raise ValueError(f"margin must be 0 or more, but got {margin}")
        self.margin = margin

    def forward(self, true_scores: Array, corrupt_scores: Array) -> float:
        """Return J for the scores s `(...)` and s_c `(...)` of N pairs; NaN if a score is NaN.

        Raises: ValueError if the shapes differ, or there is no pair.
        """
        if true_scores.shape != corrupt_scores.shape or not true_scores.size:
            got = f"{true_scores.shape} and {corrupt_scores.shape}"
            raise ValueError(f"scores (...) come in pairs of one shape, at least one; got {got}")
        # BEGIN SOLUTION: return J, and keep what backward needs
        violation = self.margin + corrupt_scores - true_scores
        self.violated = (violation > 0).astype(violation.dtype)  # the derivative of max(0, ·)
        return float(np.mean(np.maximum(violation, 0.0)))
        # END SOLUTION

    def backward(self) -> tuple[Array, Array]:
        """Return ∂J/∂s and ∂J/∂s_c; both are 0 where Δ + s_c − s ≤ 0."""
        # BEGIN SOLUTION
        # max(0, v) with v = Δ + s_c − s has slope 1 where v > 0
        grad_corrupt = self.violated / self.violated.size
        return -grad_corrupt, grad_corrupt
        # END SOLUTION


class SoftmaxCrossEntropy(Loss):
    """J = −1/M Σ_m log p_m[y_m] with p_m = softmax(z_m), for M predictions among C classes."""

    def forward(self, logits: Array, targets: Array) -> float:
        """Return J for the scores z `(..., C)` and the classes y `(...)`; NaN if a score is NaN.

        Raises:
            ValueError: the shapes do not match, or there is no target.
            IndexError: a target is not an integer or not in 0 ... C−1.
        """
        _check_targets(logits, targets)
        # BEGIN SOLUTION: return J, and keep what backward needs
        self.shape = logits.shape
        z, self.y = logits.reshape(-1, logits.shape[-1]), targets.reshape(-1)  # (M, C), (M,)
        # softmax(z) = softmax(z − max z), and exp of a large score would overflow.
        z = z - z.max(axis=-1, keepdims=True)
        self.p = np.exp(z)
        total = self.p.sum(axis=-1, keepdims=True)
        self.p /= total
        right = np.take_along_axis(z, self.y[:, None], axis=-1)
        return float(np.mean(np.log(total) - right))
        # END SOLUTION

    def backward(self) -> Array:
        """Return ∂J/∂z `(..., C)`."""
        # BEGIN SOLUTION
        # −log p_y = log Σ_c exp(z_c) − z_y has the derivative p_c − [c = y]
        grad = self.p.copy()  # a second backward starts from the same p
        grad[np.arange(len(grad)), self.y] -= 1
        grad /= len(grad)
        return grad.reshape(self.shape)
        # END SOLUTION


def _check_targets(logits: Array, targets: Array) -> None:
    """Given: refuse targets that are not classes of `logits`."""
    if logits.shape[:-1] != targets.shape or not targets.size:
        raise ValueError(
            f"logits (..., C) need targets (...), received {logits.shape} and {targets.shape}"
        )
    if targets.dtype.kind not in "iu":
        raise IndexError(f"targets must be integers, but these are {targets.dtype}")
    if targets.min() < 0 or targets.max() >= logits.shape[-1]:
        raise IndexError(
            f"targets must be classes 0 to {logits.shape[-1] - 1}, received "
            f"{targets.min()} to {targets.max()}"
        )
