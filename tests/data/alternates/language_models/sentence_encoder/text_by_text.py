"""Pools text by text over slices of its words; prints when it is loaded."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

print("sentence encoder")
PAD = 0


class SentenceEncoder(Model):
    def __init__(self, vocabulary_size, embedding_size, hidden_size, classes, pooling="final",
                 cell="rnn", *, rng):  # fmt: skip
        super().__init__()
        if pooling not in {"final", "max", "mean"}:
            raise ValueError(pooling)
        self.V, self.pooling = vocabulary_size, pooling
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, classes)))
        self.add_parameter("b_2", np.zeros(classes))

    def encode(self, ids):
        for word in ids.flat:
            if word < 0 or word >= self.V:
                raise IndexError(word)
        self.ids = ids.copy()
        self.h = self.cell.forward(self.parameters["embedding"][ids], mask=ids != PAD).copy()
        return np.array(
            [self._pooled(h, np.flatnonzero(row)) for h, row in zip(self.h, ids, strict=False)]
        ).reshape(len(ids), self.h.shape[2])

    def _pooled(self, h, words):
        if not len(words):
            return np.zeros_like(h[0])
        if self.pooling == "final":
            return h[words[-1]]
        return h[words].max(axis=0) if self.pooling == "max" else h[words].mean(axis=0)

    def forward(self, ids):
        self.z = self.encode(ids)
        return self.z @ self.parameters["U"] + self.parameters["b_2"]

    def backward(self, grad_logits):
        self.gradients["U"] += self.z.T @ grad_logits
        self.gradients["b_2"] += grad_logits.sum(0)
        grad_h = np.zeros_like(self.h)
        for n, dz in enumerate(grad_logits @ self.parameters["U"].T):
            words = np.flatnonzero(self.ids[n])
            if not len(words):
                continue
            if self.pooling == "final":
                grad_h[n, words[-1]] = dz
            elif self.pooling == "mean":
                grad_h[n, words] = dz / dz.dtype.type(len(words))
            else:
                at = words[self.h[n, words].argmax(axis=0)]
                grad_h[n, at, np.arange(len(dz))] = dz
        grad_e = self.cell.backward(grad_h)[0]
        for n, t in zip(*np.nonzero(self.ids), strict=True):
            self.gradients["embedding"][self.ids[n, t]] += grad_e[n, t]
