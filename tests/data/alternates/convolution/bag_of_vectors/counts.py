"""Texts as rows of word counts, so that average and embedding gradient are matrix products."""

import numpy as np

from framework.interfaces import Model


class DeepAveragingNetwork(Model):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_sizes, classes, *, keep_probability=1.0, rng
    ):
        super().__init__()
        if not 0 < keep_probability <= 1:
            raise ValueError("no share of the words")
        self.V, self.keep, self.rng = vocabulary_size, keep_probability, rng
        self.add_parameter("embedding", rng.normal(0, 0.1, (vocabulary_size, embedding_size)))
        sizes = (embedding_size, *hidden_sizes, classes)
        self.names = [(f"W_{i}", f"b_{i}") for i in range(1, len(sizes))]
        for (W, b), inputs, outputs in zip(self.names, sizes, sizes[1:], strict=False):
            self.add_parameter(W, rng.normal(size=(inputs, outputs)) * (2 / inputs) ** 0.5)
            self.add_parameter(b, np.zeros(outputs))

    def forward(self, ids):
        if ids.size and not 0 <= ids.min() <= ids.max() < self.V:
            raise ValueError("an id has no row in the embedding")
        kept = ids.copy()
        if self.training and self.keep < 1:
            kept[self.rng.uniform(size=ids.shape) >= self.keep] = 0
        counts = np.stack([np.bincount(text, minlength=self.V) for text in kept]).astype(float)
        counts[:, 0] = 0
        self.share = counts / np.fmax(counts.sum(axis=1), 1)[:, None]
        z = self.share @ self.parameters["embedding"]
        self.inputs = []
        for W, b in self.names:
            self.inputs.append(z)
            z = z @ self.parameters[W] + self.parameters[b]
            if (W, b) != self.names[-1]:
                z *= z > 0
        return z

    def backward(self, grad_logits):
        grad = grad_logits.copy()
        for (W, b), z in zip(self.names[::-1], self.inputs[::-1], strict=True):
            self.gradients[W] += np.einsum("ni,no->io", z, grad)
            self.gradients[b] += np.einsum("no->o", grad)
            grad = np.einsum("no,io->ni", grad, self.parameters[W])
            if W != "W_1":
                grad *= np.sign(z)
        self.gradients["embedding"] += self.share.T @ grad
