"""Weights of the words as a matrix; layers in a list of pairs; warnings are errors."""

import itertools

import numpy as np

from framework.interfaces import Model

np.seterr(all="raise", under="ignore")
PAD = 0


class DeepAveragingNetwork(Model):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_sizes, classes, *, keep_probability=1.0, rng
    ):
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError("keep_probability is in (0, 1]")
        self.V, self.p, self.rng = vocabulary_size, keep_probability, rng
        self.add_parameter(
            "embedding", rng.normal(scale=0.1, size=(vocabulary_size, embedding_size))
        )
        sizes = [embedding_size, *hidden_sizes, classes]
        self.k = len(sizes) - 1
        for i, (D, H) in enumerate(itertools.pairwise(sizes), start=1):
            self.add_parameter(f"W_{i}", rng.normal(scale=(2 / D) ** 0.5, size=(D, H)))
            self.add_parameter(f"b_{i}", np.zeros(H))

    def forward(self, ids):
        if ids.size and (ids.min() < 0 or ids.max() >= self.V):
            raise IndexError("a word is not in the vocabulary")
        p = self.parameters
        words = ids != PAD
        if self.training and self.p < 1:
            words = words & (self.rng.random(ids.shape) < self.p)
        counts = np.maximum(words.sum(axis=1, keepdims=True), 1)
        self.ids, self.weights = ids.copy(), (words / counts).astype(p["embedding"].dtype)
        z = np.einsum("nt,nte->ne", self.weights, p["embedding"][ids])
        self.inputs = []
        for i in range(1, self.k + 1):
            self.inputs.append(z)
            z = z @ p[f"W_{i}"] + p[f"b_{i}"]
            if i < self.k:
                z = np.maximum(z, 0)
        return z

    def backward(self, grad_logits):
        g = grad_logits
        for i in range(self.k, 0, -1):
            z = self.inputs[i - 1]
            self.gradients[f"W_{i}"] += z.T @ g
            self.gradients[f"b_{i}"] += g.sum(axis=0)
            g = g @ self.parameters[f"W_{i}"].T
            if i > 1:
                g = g * (z > 0)
        np.add.at(self.gradients["embedding"], self.ids, self.weights[..., None] * g[:, None])


if __name__ == "__main__":
    print(
        DeepAveragingNetwork(5, 2, [], 2, rng=np.random.default_rng(0)).forward(
            np.ones((1, 2), int)
        )
    )
