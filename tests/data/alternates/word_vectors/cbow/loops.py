"""Loops over positions and words, with Python lists; nothing is kept but lists of words."""

import numpy as np

from framework.interfaces import Model


def context_windows(tokens, window):
    T = len(tokens)
    ids = np.zeros((T, 2 * window), dtype=np.int64)
    mask = np.zeros((T, 2 * window), dtype=bool)
    for t in range(T):
        for j in range(1, window + 1):
            if t - j >= 0:
                ids[t, window - j], mask[t, window - j] = tokens[t - j], True
            if t + j < T:
                ids[t, window + j - 1], mask[t, window + j - 1] = tokens[t + j], True
    return ids, mask


class CBOW(Model):
    def __init__(self, vocabulary_size, dimension, *, rng):
        super().__init__()
        for name in ("context_vectors", "center_vectors"):
            self.add_parameter(name, rng.normal(scale=0.1, size=(vocabulary_size, dimension)))

    def forward(self, contexts, mask):
        self.lists = [
            [int(w) for w, there in zip(*row, strict=True) if there]
            for row in zip(contexts, mask, strict=True)
        ]
        U = self.parameters["center_vectors"]
        return np.array([U @ self.average(words) for words in self.lists])

    def average(self, words):
        vectors = self.parameters["context_vectors"]
        return sum((vectors[w] for w in words), np.zeros(vectors.shape[1])) / max(len(words), 1)

    def backward(self, grad_scores):
        U = self.parameters["center_vectors"]
        for words, row in zip(self.lists, grad_scores, strict=True):
            for w in words:
                self.gradients["context_vectors"][w] += row @ U / len(words)
            self.gradients["center_vectors"] += np.outer(row, self.average(words))

    def negative_log_likelihood(self, tokens, window):
        scores = self.forward(*context_windows(tokens, window))
        total = 0.0
        for row, word in zip(scores, tokens, strict=True):
            total += np.logaddexp.reduce(row) - row[word]
        return total / len(tokens)
