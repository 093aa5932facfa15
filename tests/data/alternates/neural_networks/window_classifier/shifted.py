"""One layer per place: the window is never put together, W is cut into its blocks."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


def windows(ids, size):
    if np.ndim(ids) != 1 or size < 0:
        raise ValueError("one sentence, and no fewer than 0 words on each side")
    columns = []
    for shift in range(-size, size + 1):
        column = np.zeros_like(ids)
        for t in range(len(ids)):
            if 0 <= t + shift < len(ids):
                column[t] = ids[t + shift]
        columns.append(column)
    return np.stack(columns, axis=1)


class WindowClassifier(Model):
    def __init__(
        self, vocabulary_size, embedding_size, window, hidden_size, classes, activation="tanh",
        *, rng,
    ):  # fmt: skip
        super().__init__()
        self.places = range(2 * window + 1)
        self.V, self.E = vocabulary_size, embedding_size
        self.add_parameter("embedding", rng.uniform(-0.2, 0.2, (vocabulary_size, embedding_size)))
        width = len(self.places) * embedding_size
        self.add_child("hidden", part("affine")(width, hidden_size, rng=rng))
        self.f = part(activation)()
        self.add_child("output", part("affine")(hidden_size, classes, rng=rng))

    def block(self, table, place):
        return table["hidden.W"][place * self.E : (place + 1) * self.E]

    def forward(self, ids):
        if ids.ndim != 2 or ids.shape[1] != len(self.places):
            raise ValueError("these windows have another width")
        if np.any((ids < 0) | (ids >= self.V)):
            raise IndexError("an id has no row in the embedding")
        p, self.ids = self.parameters, ids.copy()
        z = p["hidden.b"] + np.zeros((len(ids), 1))
        for i in self.places:
            z = z + p["embedding"][ids[:, i]] @ self.block(p, i)
        self.h = self.f.forward(z)
        return self.h @ p["output.W"] + p["output.b"]

    def backward(self, grad_logits):
        p, g = self.parameters, self.gradients
        g["output.W"] += self.h.T @ grad_logits
        g["output.b"] += grad_logits.sum(axis=0)
        grad_z = self.f.backward(grad_logits @ p["output.W"].T)
        g["hidden.b"] += grad_z.sum(axis=0)
        for i in self.places:
            block = self.block(g, i)
            block += p["embedding"][self.ids[:, i]].T @ grad_z
            np.add.at(g["embedding"], self.ids[:, i], grad_z @ self.block(p, i).T)
