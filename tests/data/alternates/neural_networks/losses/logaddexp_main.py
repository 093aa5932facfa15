"""Uses np.logaddexp.reduce; prints when loaded and tests itself under ``__main__``."""

import numpy as np

from framework.interfaces import Loss

print("losses loaded")


class MaxMarginLoss(Loss):
    """Hinge loss."""

    def __init__(self, margin=1.0):
        if not (margin >= 0):
            raise ValueError("margin must be at least 0")
        self.margin = margin

    def forward(self, true_scores, corrupt_scores):
        assert isinstance(true_scores, np.ndarray)
        if true_scores.shape != corrupt_scores.shape or not true_scores.size:
            raise ValueError("unequal shapes or no scores")
        violation = self.margin - true_scores + corrupt_scores
        self.active = violation > 0
        self.dtype = true_scores.dtype
        violation = np.where(violation <= 0, 0, violation)
        return violation.sum().item() / violation.size

    def backward(self):
        gradient = np.zeros(self.active.shape, self.dtype)
        gradient[self.active] = 1.0 / self.active.size
        return gradient * -1, gradient


class SoftmaxCrossEntropy(Loss):
    """Cross-entropy."""

    def forward(self, logits, targets):
        if logits.ndim < 1 or logits.shape[:-1] != targets.shape or targets.size == 0:
            raise ValueError("logits (..., C) and targets (...)")
        if targets.dtype.kind not in "iu" or np.any((targets < 0) | (targets >= logits.shape[-1])):
            raise IndexError("target out of range")
        normaliser = np.logaddexp.reduce(logits, axis=-1)
        self.p = np.exp(logits - normaliser[..., np.newaxis])
        self.y = targets.copy()
        total = 0.0
        for index in np.ndindex(targets.shape):
            total += float(normaliser[index]) - float(logits[(*index, targets[index])])
        return total / targets.size

    def backward(self):
        gradient = self.p.copy()
        for index in np.ndindex(self.y.shape):
            gradient[(*index, self.y[index])] -= 1
        gradient /= self.y.size
        return gradient


if __name__ == "__main__":
    loss = SoftmaxCrossEntropy()
    assert abs(loss.forward(np.zeros((2, 4)), np.array([0, 3])) - np.log(4)) < 1e-12
