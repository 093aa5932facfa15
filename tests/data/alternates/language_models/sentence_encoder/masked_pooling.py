"""One-hot rows, einsum, the cell without a mask, and poolings that leave the padding out."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class SentenceEncoder(Model):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, classes, pooling="final", cell="rnn",
        *, rng,
    ):  # fmt: skip
        super().__init__()
        self.V = vocabulary_size
        kinds = {"final": self.final, "max": self.maximum, "mean": self.mean}
        if pooling not in kinds:
            raise ValueError("another pooling")
        self.pool = kinds[pooling]
        self.add_parameter("embedding", rng.normal(size=(vocabulary_size, embedding_size)) / 10)
        self.cell = self.add_child("cell", part(cell)(embedding_size, hidden_size, rng=rng))
        self.add_parameter("U", rng.normal(size=(hidden_size, classes)) / hidden_size**0.5)
        self.add_parameter("b_2", np.zeros(classes))

    def final(self, h, words):
        last = words & (words.cumsum(1) == words.sum(1, keepdims=True))
        return np.broadcast_to(last[:, :, None], h.shape)

    def maximum(self, h, words):
        masked = np.where(words[:, :, None], h, -np.inf)
        return (masked == masked.max(1, keepdims=True)) & words[:, :, None]

    def mean(self, h, words):
        share = words / np.fmax(1, np.einsum("nt->n", words.astype(int)))[:, None]
        return np.broadcast_to(share[:, :, None], h.shape)

    def encode(self, ids):
        if np.any((ids < 0) | (ids >= self.V)):
            raise ValueError("an id has no row in the embedding")
        embedding = self.parameters["embedding"]
        self.x = np.equal.outer(ids, np.arange(self.V)).astype(embedding.dtype)
        h = self.cell.forward(self.x @ embedding)
        self.share = self.pool(h, ids > 0).astype(h.dtype)
        return np.einsum("nth,nth->nh", self.share, h)

    def forward(self, ids):
        self.z = self.encode(ids)
        return np.einsum("nh,hc->nc", self.z, self.parameters["U"]) + self.parameters["b_2"]

    def backward(self, grad_logits):
        self.gradients["U"] += np.einsum("nh,nc->hc", self.z, grad_logits)
        self.gradients["b_2"] += np.einsum("nc->c", grad_logits)
        grad_h = np.einsum("nth,nc,hc->nth", self.share, grad_logits, self.parameters["U"])
        grad_e = self.cell.backward(grad_h)[0]
        self.gradients["embedding"] += np.einsum("ntv,nte->ve", self.x, grad_e)
