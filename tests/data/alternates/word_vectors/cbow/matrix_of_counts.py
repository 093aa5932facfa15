"""A context is a row of a matrix (N, V) that says how much of each word is in it."""

import numpy as np

from framework.interfaces import Model


def context_windows(tokens, window):
    words = np.asarray(list(tokens), dtype=int)
    ids, mask = [], []
    for j in (*range(-window, 0), *range(1, window + 1)):
        here = np.arange(len(words)) + j
        inside = (here >= 0) & (here < len(words))
        ids.append(np.where(inside, np.take(words, here, mode="clip"), 0) if words.size else words)
        mask.append(inside)
    return np.stack(ids, axis=1), np.stack(mask, axis=1)


class CBOW(Model):
    def __init__(self, vocabulary_size, dimension, *, rng):
        super().__init__()
        self.V = vocabulary_size
        for name in ("context_vectors", "center_vectors"):
            self.add_parameter(name, rng.normal(scale=0.1, size=(vocabulary_size, dimension)))

    def forward(self, contexts, mask):
        counts = np.einsum("nc,ncv->nv", mask.astype(float), np.eye(self.V)[contexts])
        self.bag = counts / np.clip(counts.sum(axis=1, keepdims=True), 1, None)
        v = self.bag @ self.parameters["context_vectors"]
        return v @ self.parameters["center_vectors"].T

    def backward(self, grad_scores):
        V, U = self.parameters["context_vectors"], self.parameters["center_vectors"]
        self.gradients["context_vectors"] += self.bag.T @ grad_scores @ U
        self.gradients["center_vectors"] += grad_scores.T @ self.bag @ V

    def negative_log_likelihood(self, tokens, window):
        scores = self.forward(*context_windows(tokens, window))
        top = scores.max(axis=1)
        normaliser = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
        return float(np.mean(normaliser - scores[range(len(tokens)), list(tokens)]))
