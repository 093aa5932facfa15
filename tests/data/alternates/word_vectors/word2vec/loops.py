"""Loops over positions, words and pairs, with Python lists; nothing is kept but the ids."""

import numpy as np

from framework.interfaces import Model


def context_pairs(tokens, window):
    pairs = []
    for t, center in enumerate(tokens):
        for position in range(t - window, t + window + 1):
            if 0 <= position < len(tokens) and position != t:
                pairs.append((center, tokens[position]))
    array = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return array[:, 0].copy(), array[:, 1].copy()


def softmax(scores):
    p = np.empty_like(scores)
    for index in np.ndindex(scores.shape[:-1]):
        e = np.exp(scores[index] - np.max(scores[index]))
        p[index] = e / np.sum(e)
    return p


def log_likelihood(row, word):
    top = max(row)
    return row[word] - top - np.log(sum(np.exp(score - top) for score in row))


def naive_softmax(center, outside_id, outside_vectors):
    scores = np.array([u @ center for u in outside_vectors])
    p = softmax(scores)
    d_center, d_outside = np.zeros_like(center), np.zeros_like(outside_vectors)
    for w, u in enumerate(outside_vectors):
        error = p[w] - (w == outside_id)
        d_center += error * u
        d_outside[w] = error * center
    return float(-log_likelihood(scores, outside_id)), d_center, d_outside


class SkipGram(Model):
    def __init__(self, vocabulary_size, dimension, *, rng):
        super().__init__()
        for name in ("center_vectors", "outside_vectors"):
            self.add_parameter(name, rng.normal(scale=0.1, size=(vocabulary_size, dimension)))

    def forward(self, center_ids):
        self.ids = [int(i) for i in center_ids]
        V, U = self.parameters["center_vectors"], self.parameters["outside_vectors"]
        return np.stack([U @ V[i] for i in self.ids])

    def backward(self, grad_scores):
        V, U = self.parameters["center_vectors"], self.parameters["outside_vectors"]
        for i, row in zip(self.ids, grad_scores, strict=True):
            self.gradients["center_vectors"][i] += row @ U
            self.gradients["outside_vectors"] += np.outer(row, V[i])

    def negative_log_likelihood(self, tokens, window):
        V, U = self.parameters["center_vectors"], self.parameters["outside_vectors"]
        total = 0.0
        for center, outside in zip(*context_pairs(tokens, window), strict=True):
            total -= log_likelihood(U @ V[center], outside)
        return float(total) / len(tokens)

    def likelihood(self, tokens, window):
        V, U = self.parameters["center_vectors"], self.parameters["outside_vectors"]
        product = 1.0
        for center, outside in zip(*context_pairs(tokens, window), strict=True):
            product *= softmax(U @ V[center])[outside]
        return float(product)
