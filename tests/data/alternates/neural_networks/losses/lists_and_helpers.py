"""The two gradients come as a list; private functions do the work."""

import numpy as np

from framework.interfaces import Loss


def _hinge(margin, s, s_c):
    return np.fmax(0, margin + (s_c - s)) + 0 * (s_c - s)


def _log_softmax(z):
    largest = np.max(z, axis=-1, keepdims=True)
    return z - largest - np.log(np.sum(np.exp(z - largest), axis=-1, keepdims=True))


class MaxMarginLoss(Loss):
    def __init__(self, margin=1.0):
        self.margin = margin
        if margin < 0 or margin != margin:
            raise ValueError(margin)

    def forward(self, true_scores, corrupt_scores):
        if np.shape(true_scores) != np.shape(corrupt_scores) or np.size(true_scores) < 1:
            raise ValueError("pairs are needed")
        self.costs = _hinge(self.margin, true_scores, corrupt_scores)
        return float(sum(self.costs.ravel()) / self.costs.size)

    def backward(self):
        share = np.where(self.costs > 0, 1 / self.costs.size, 0).astype(self.costs.dtype)
        return [np.negative(share), share]


class SoftmaxCrossEntropy(Loss):
    def forward(self, logits, targets):
        _check_targets(logits, targets)
        self.log_p, self.targets = _log_softmax(logits), np.array(targets)
        picked = np.take_along_axis(self.log_p, targets[..., None], axis=-1)
        return float(-picked.mean())

    def backward(self):
        p = np.exp(self.log_p)
        truth = (np.arange(p.shape[-1]) == self.targets[..., None]).astype(p.dtype)
        return (p - truth) / self.targets.size


def _check_targets(logits, targets):
    if logits.shape[:-1] != targets.shape or not targets.size:
        raise ValueError("shapes")
    if targets.dtype.kind not in "iu":
        raise IndexError("not integers")
    if targets.min() < 0 or targets.max() >= logits.shape[-1]:
        raise IndexError("not classes")
