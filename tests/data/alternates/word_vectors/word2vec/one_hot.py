"""Matrices instead of indices: words are one-hot rows, sums are einsum."""

import numpy as np

from framework.interfaces import Model


def context_pairs(tokens, window):
    tokens = np.asarray(tokens, dtype=int)
    T = len(tokens)
    distance = np.subtract.outer(np.arange(T), np.arange(T))
    t, other = np.nonzero((np.abs(distance) <= window) & (distance != 0))
    return tokens.take(t), tokens.take(other)


def log_sum_exp(scores):
    return np.logaddexp.reduce(scores, axis=-1, keepdims=True)


def softmax(scores):
    return np.exp(scores - log_sum_exp(scores))


def naive_softmax(center, outside_id, outside_vectors):
    scores = np.einsum("wd,d->w", outside_vectors, center)
    y = np.eye(len(scores))[outside_id]
    error = softmax(scores) - y
    loss = float(log_sum_exp(scores)[0] - scores[outside_id])
    d_center = np.einsum("w,wd->d", error, outside_vectors)
    return loss, d_center, np.einsum("w,d->wd", error, center)


class SkipGram(Model):
    def __init__(self, vocabulary_size, dimension, *, rng):
        super().__init__()
        self.V = vocabulary_size
        for name in ("center_vectors", "outside_vectors"):
            self.add_parameter(name, rng.normal(scale=0.1, size=(vocabulary_size, dimension)))

    def forward(self, center_ids):
        self.x = np.eye(self.V)[center_ids]
        C, U = self.parameters["center_vectors"], self.parameters["outside_vectors"]
        return np.einsum("nv,vd,wd->nw", self.x, C, U, optimize=True)

    def backward(self, grad_scores):
        C, U = self.parameters["center_vectors"], self.parameters["outside_vectors"]
        counts = self.x.T @ grad_scores  # (V, V): of all pairs with the same centre word
        self.gradients["center_vectors"] += counts @ U
        self.gradients["outside_vectors"] += counts.T @ C

    def negative_log_likelihood(self, tokens, window):
        centers, outsides = context_pairs(tokens, window)
        scores = self.forward(centers)
        seen = np.take_along_axis(scores, outsides[:, None], axis=1)
        return float(np.sum(log_sum_exp(scores) - seen) / len(tokens))

    def likelihood(self, tokens, window):
        centers, outsides = context_pairs(tokens, window)
        return float(np.prod((softmax(self.forward(centers)) * np.eye(self.V)[outsides]).sum(1)))
