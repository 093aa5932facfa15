"""Warnings are errors; returns NumPy numbers instead of Python floats."""

import numpy as np

from framework.interfaces import Loss

np.seterr(all="raise")


class MaxMarginLoss(Loss):
    def __init__(self, margin=1.0):
        if not margin >= 0:
            raise ValueError("a margin is not negative")
        self.margin = margin

    def forward(self, true_scores, corrupt_scores):
        if true_scores.shape != corrupt_scores.shape:
            raise ValueError("two shapes")
        if true_scores.size == 0:
            raise ValueError("no pairs")
        costs = self.margin + corrupt_scores - true_scores
        self.counts = (costs > 0).astype(true_scores.dtype) / true_scores.dtype.type(costs.size)
        return np.mean(np.maximum(costs, 0))

    def backward(self):
        return -self.counts, self.counts.copy()


class SoftmaxCrossEntropy(Loss):
    def forward(self, logits, targets):
        C = logits.shape[-1]
        if targets.shape != logits.shape[:-1] or targets.size == 0:
            raise ValueError(f"{logits.shape} and {targets.shape}")
        if not np.issubdtype(targets.dtype, np.integer) or targets.min() < 0 or targets.max() >= C:
            raise IndexError("targets are classes")
        rows = logits.reshape(-1, C)
        y = targets.reshape(-1)
        with np.errstate(under="ignore", invalid="ignore"):
            shifted = rows - rows.max(axis=1, keepdims=True)
            exps = np.exp(shifted)
            sums = exps.sum(axis=1, keepdims=True)
            log_p = shifted - np.log(sums)
            d = exps / sums
            d[np.arange(len(y)), y] -= 1
            self.d = (d / d.dtype.type(len(y))).reshape(logits.shape)
        return -log_p[np.arange(len(y)), y].mean()

    def backward(self):
        return np.array(self.d)
