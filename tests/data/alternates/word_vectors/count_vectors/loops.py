"""Pair by pair in Python, with dictionaries of counts."""

import math
from collections import Counter

import numpy as np

from framework.interfaces import Model


def cooccurrences(tokens, window, vocabulary_size):
    tokens = [int(token) for token in tokens]
    if any(not 0 <= token < vocabulary_size for token in tokens):
        raise IndexError("id")
    pairs = Counter()
    for t, word in enumerate(tokens):
        for context in tokens[max(0, t - window) : t] + tokens[t + 1 : t + window + 1]:
            pairs[word, context] += 1
    counts = np.zeros((vocabulary_size, vocabulary_size), dtype=np.int64)
    for pair, count in pairs.items():
        counts[pair] = count
    return counts


def ppmi(counts, shift=1.0):
    counts = np.asarray(counts, dtype=float)
    if counts.ndim != 2 or not np.isfinite(counts).all() or (counts < 0).any() or shift <= 0:
        raise ValueError("counts")
    total, words, contexts = counts.sum(), counts.sum(axis=1), counts.sum(axis=0)
    found = np.zeros(counts.shape)
    for w, c in zip(*np.nonzero(counts), strict=True):
        expected = math.log(words[w]) - math.log(total) + math.log(contexts[c])
        found[w, c] = max(0.0, math.log(counts[w, c]) - expected - math.log(shift))
    return found


def truncated_svd(matrix, k):
    if k < 1 or k > min(matrix.shape):
        raise ValueError("k")
    U, S, Vt = (np.array(part) for part in np.linalg.svd(matrix))
    for i in range(k):
        column = U[:, i].tolist()
        if max(column, key=abs) < 0:
            U[:, i] *= -1
            Vt[i] *= -1
    return U[:, :k].copy(), S[:k].copy(), Vt[:k].copy()


class GloVe(Model):
    def __init__(self, vocabulary_size, dimension, *, x_max=100.0, power=0.75, rng):
        super().__init__()
        self.size, self.x_max, self.power = vocabulary_size, x_max, power
        for name in ("word", "context"):
            table = rng.normal(size=(vocabulary_size, dimension)) * 0.1
            self.add_parameter(f"{name}_vectors", table)
            self.add_parameter(f"{name}_biases", np.zeros(vocabulary_size))

    def forward(self, counts):
        if counts.shape != (self.size, self.size) or (counts < 0).any():
            raise ValueError("counts")
        p, J, self.terms = self.parameters, 0.0, []
        for w, c in zip(*np.nonzero(counts), strict=True):
            x = float(counts[w, c])
            score = p["word_vectors"][w] @ p["context_vectors"][c]
            error = score + p["word_biases"][w] + p["context_biases"][c] - math.log(x)
            f = (x / self.x_max) ** self.power if x < self.x_max else 1.0
            self.terms.append((w, c, f * error))
            J += f * error**2
        return float(J)

    def backward(self, grad_loss=1.0):
        p, g = self.parameters, self.gradients
        for w, c, weighted in self.terms:
            slope = 2 * weighted * grad_loss
            g["word_vectors"][w] += slope * p["context_vectors"][c]
            g["context_vectors"][c] += slope * p["word_vectors"][w]
            g["word_biases"][w] += slope
            g["context_biases"][c] += slope
