"""The losses on boxes: what they return is a box without axes."""

import math

import numpy as np

from boxes.arrays import each


class MaxMarginLoss:
    def __init__(self, margin=1.0):
        if not margin >= 0:
            raise ValueError("a margin is not negative")
        self.margin = margin

    def forward(self, true_scores, corrupt_scores):
        if true_scores.shape != corrupt_scores.shape or not math.prod(true_scores.shape):
            raise ValueError("scores come in pairs")
        violation = self.margin + corrupt_scores - true_scores
        self.factor = (violation > 0).astype(violation.dtype) / math.prod(violation.shape)
        return each(np.maximum, violation, 0).mean()

    def backward(self):
        return -self.factor, self.factor


class SoftmaxCrossEntropy:
    def forward(self, logits, targets):
        classes = logits.shape[-1]
        if logits.shape[:-1] != targets.shape or not math.prod(targets.shape):
            raise ValueError("one target for each row of logits")
        self.is_right = targets.reshape(*targets.shape, 1) == np.arange(classes)
        if not each(np.all, self.is_right.sum(-1) == 1)._values:
            raise IndexError("a target is no class")
        shifted = logits - logits.max(axis=-1, keepdims=True)
        self.log_p = shifted - each(np.log, each(np.exp, shifted).sum(axis=-1, keepdims=True))
        self.M = math.prod(targets.shape)
        return -(self.log_p * self.is_right).sum() / self.M

    def backward(self):
        return (each(np.exp, self.log_p) - self.is_right.astype(self.log_p.dtype)) / self.M
