"""One pair, one prediction at a time."""

import math

import numpy as np


class MaxMarginLoss:
    def __init__(self, margin=1.0):
        if math.isnan(margin) or margin < 0:
            raise ValueError("the margin must not be negative")
        self.margin = margin

    def forward(self, true_scores, corrupt_scores):
        if np.shape(true_scores) != np.shape(corrupt_scores) or np.size(true_scores) == 0:
            raise ValueError("the scores are no pairs")
        self.grad = np.zeros_like(corrupt_scores)
        total = 0.0
        for index in np.ndindex(true_scores.shape):
            cost = self.margin + corrupt_scores[index] - true_scores[index]
            if cost > 0:
                total += cost
                self.grad[index] = 1 / true_scores.size
            elif math.isnan(cost):
                total = math.nan
        return float(total) / true_scores.size

    def backward(self):
        return self.grad * -1, self.grad


class SoftmaxCrossEntropy:
    def forward(self, logits, targets):
        if not np.issubdtype(targets.dtype, np.integer):
            raise IndexError("classes are integers")
        if logits.shape[:-1] != targets.shape or targets.size == 0:
            raise ValueError("every row of scores has one target")
        self.grad = np.zeros_like(logits)
        total = 0.0
        for index in np.ndindex(targets.shape):
            total += self.one(logits[index], int(targets[index]), self.grad[index])
        self.grad /= targets.size
        return float(total / targets.size)

    def one(self, z, y, grad):
        if not 0 <= y < len(z):
            raise IndexError(f"no class {y}")
        largest = z.max()
        log_total = largest + np.log(sum(np.exp(score - largest) for score in z))
        for c, score in enumerate(z):
            grad[c] = np.exp(score - log_total) - (c == y)
        return log_total - z[y]

    def backward(self):
        return self.grad
