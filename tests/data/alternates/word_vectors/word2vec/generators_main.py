"""A generator of pairs; a matrix of selections; prints and tests under ``__main__``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from framework.interfaces import Array, Model

print("word2vec", flush=True)


def _pairs(tokens, window: int) -> Iterator[tuple[int, int]]:
    T = len(tokens)
    for t, center in enumerate(tokens):
        for other in (*range(max(0, t - window), t), *range(t + 1, min(T, t + window + 1))):
            yield center, tokens[other]


def context_pairs(tokens, window: int) -> tuple[Array, Array]:
    pairs = np.array(list(_pairs(tokens, window)), dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def log_softmax(scores: Array) -> Array:
    return scores - np.logaddexp.reduce(scores, axis=-1)[..., np.newaxis]


def softmax(scores: Array) -> Array:
    return np.exp(log_softmax(scores))


def naive_softmax(center: Array, outside_id: int, outside_vectors: Array):
    log_p = log_softmax(outside_vectors.dot(center))
    y = np.zeros(len(outside_vectors))
    y[outside_id] = 1.0
    delta = np.exp(log_p) - y
    return float(-log_p[outside_id]), outside_vectors.T.dot(delta), np.outer(delta, center)


class SkipGram(Model):
    def __init__(self, vocabulary_size: int, dimension: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        self.V = vocabulary_size
        self.add_parameter("center_vectors", rng.normal(0, 0.1, (vocabulary_size, dimension)))
        self.add_parameter("outside_vectors", rng.normal(0, 0.1, (vocabulary_size, dimension)))

    def forward(self, center_ids: Array) -> Array:
        self.selected = (center_ids[:, None] == np.arange(self.V)).astype(float)
        vectors = self.parameters["center_vectors"][center_ids]
        return np.inner(vectors, self.parameters["outside_vectors"])

    def backward(self, grad_scores: Array) -> None:
        per_word = self.selected.T @ grad_scores
        self.gradients["center_vectors"] += per_word @ self.parameters["outside_vectors"]
        self.gradients["outside_vectors"] += per_word.T @ self.parameters["center_vectors"]

    def negative_log_likelihood(self, tokens, window: int) -> float:
        c, o = context_pairs(tokens, window)
        scores = self.parameters["center_vectors"] @ self.parameters["outside_vectors"].T
        return float(-log_softmax(scores)[c, o].sum() / len(tokens))

    def likelihood(self, tokens, window: int) -> float:
        return float(np.e ** (-self.negative_log_likelihood(tokens, window) * len(tokens)))


if __name__ == "__main__":
    print(context_pairs([4, 7, 2, 7], 1))
