"""Python numbers and nested loops; a tuple subclass as the result of backward."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from framework.interfaces import Array, Loss


class PairOfGradients(NamedTuple):
    true: Array
    corrupt: Array


class MaxMarginLoss(Loss):
    def __init__(self, margin: float = 1.0) -> None:
        if math.isnan(margin) or margin < 0:
            raise ValueError("margin")
        self.margin = margin

    def forward(self, true_scores: Array, corrupt_scores: Array) -> float:
        if true_scores.shape != corrupt_scores.shape or true_scores.size == 0:
            raise ValueError("pairs of one shape")
        self.gradient = np.zeros(true_scores.shape, true_scores.dtype)
        total, N = 0.0, true_scores.size
        for index in np.ndindex(true_scores.shape):
            cost = float(self.margin + corrupt_scores[index] - true_scores[index])
            if cost > 0:
                self.gradient[index] = 1 / N
            total += cost if cost > 0 or math.isnan(cost) else 0.0
        return total / N

    def backward(self) -> PairOfGradients:
        return PairOfGradients(-self.gradient, self.gradient)


class SoftmaxCrossEntropy(Loss):
    def forward(self, logits: Array, targets: Array) -> float:
        if logits.shape[:-1] != targets.shape or targets.size == 0:
            raise ValueError("shapes")
        if targets.dtype.kind not in "iu":
            raise IndexError("targets are integers")
        self.gradient = np.zeros(logits.shape, logits.dtype)
        total, M = 0.0, targets.size
        for index in np.ndindex(targets.shape):
            y, z = int(targets[index]), [float(score) for score in logits[index]]
            if not 0 <= y < len(z):
                raise IndexError(f"class {y}")
            top = max(z) if not any(map(math.isnan, z)) else math.nan
            exps = [math.exp(score - top) for score in z]
            total -= z[y] - top - math.log(sum(exps))
            for c, e in enumerate(exps):
                self.gradient[(*index, c)] = (e / sum(exps) - (c == y)) / M
        return total / M

    def backward(self) -> Array:
        return self.gradient.copy()
