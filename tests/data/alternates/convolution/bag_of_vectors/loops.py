"""One text at a time: its words are a Python list."""

from itertools import pairwise

import numpy as np

from framework.interfaces import Model


class DeepAveragingNetwork(Model):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_sizes, classes, *, keep_probability=1.0, rng
    ):
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError("no share of the words")
        self.V, self.p, self.rng = vocabulary_size, keep_probability, rng
        self.add_parameter("embedding", rng.normal(0, 0.1, (vocabulary_size, embedding_size)))
        sizes = [embedding_size, *hidden_sizes, classes]
        self.k = len(sizes) - 1
        for i, (a, b) in enumerate(pairwise(sizes), start=1):
            self.add_parameter(f"W_{i}", rng.normal(0, (2 / a) ** 0.5, (a, b)))
            self.add_parameter(f"b_{i}", np.zeros(b))

    def words_of(self, text):
        words = [int(i) for i in text if i != 0]
        if any(not 0 < i < self.V for i in words):
            raise IndexError("an id has no row in the embedding")
        if self.training and self.p < 1:
            words = [i for i in words if self.rng.random() < self.p]
        return words

    def forward(self, ids):
        self.texts = [self.words_of(text) for text in ids]
        self.traces = [self.read(words) for words in self.texts]
        return np.array([trace[-1] for trace in self.traces])

    def read(self, words):
        embedding = self.parameters["embedding"]
        z = sum((embedding[i] for i in words), np.zeros(embedding.shape[1]))
        trace = [z / len(words) if words else z]
        for i in range(1, self.k + 1):
            z = trace[-1] @ self.parameters[f"W_{i}"] + self.parameters[f"b_{i}"]
            trace.append(np.where(z > 0, z, 0.0) if i < self.k else z)
        return trace

    def backward(self, grad_logits):
        for words, trace, grad in zip(self.texts, self.traces, grad_logits, strict=True):
            for i in range(self.k, 0, -1):
                self.gradients[f"W_{i}"] += np.outer(trace[i - 1], grad)
                self.gradients[f"b_{i}"] += grad
                grad = self.parameters[f"W_{i}"] @ grad
                if i > 1:
                    grad[trace[i - 1] <= 0] = 0
            for word in words:
                self.gradients["embedding"][word] += grad / len(words)
