"""Pairs as lists; one helper shifts the scores; warnings are errors."""

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")


def context_pairs(tokens, window):
    pairs = [
        (int(tokens[t]), int(tokens[t + j]))
        for t in range(len(tokens))
        for j in range(-window, window + 1)
        if j != 0 and 0 <= t + j < len(tokens)
    ]
    return [np.array([pair[i] for pair in pairs], dtype=int) for i in range(2)]


def _shifted(scores):
    return scores - np.max(scores, axis=-1, keepdims=True)


def log_softmax(scores):
    shifted = _shifted(scores)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax(scores):
    powers = np.exp(_shifted(scores))
    return powers / powers.sum(axis=-1, keepdims=True)


def naive_softmax(center, outside_id, outside_vectors):
    scores = outside_vectors @ center
    loss = -log_softmax(scores)[outside_id]
    error = softmax(scores)
    error[outside_id] -= 1
    return loss, error @ outside_vectors, error[:, None] * center[None, :]


class SkipGram(Model):
    def __init__(self, vocabulary_size, dimension, *, rng):
        super().__init__()
        for name in ("center_vectors", "outside_vectors"):
            self.add_parameter(name, 0.1 * rng.normal(size=(vocabulary_size, dimension)))

    def forward(self, center_ids):
        self.ids = np.array(center_ids)
        self.v = self.parameters["center_vectors"][self.ids]
        return self.v @ self.parameters["outside_vectors"].T

    def backward(self, grad_scores):
        self.gradients["outside_vectors"] += grad_scores.T @ self.v
        rows = grad_scores @ self.parameters["outside_vectors"]
        for word, row in zip(self.ids, rows, strict=True):
            self.gradients["center_vectors"][word] += row

    def negative_log_likelihood(self, tokens, window):
        centers, outsides = context_pairs(tokens, window)
        log_p = log_softmax(self.forward(centers))
        return -sum(log_p[n, o] for n, o in enumerate(outsides)) / len(tokens)

    def likelihood(self, tokens, window):
        return np.exp(-self.negative_log_likelihood(tokens, window) * len(tokens))
