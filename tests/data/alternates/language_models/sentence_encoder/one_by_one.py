"""Text by text, without padding and without a mask; read once more on the way back."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class SentenceEncoder(Model):
    def __init__(
        self, vocabulary_size, embedding_size, hidden_size, classes, pooling="final", cell="rnn",
        *, rng,
    ):  # fmt: skip
        super().__init__()
        if pooling not in ("final", "max", "mean"):
            raise ValueError(pooling)
        self.V, self.H, self.pooling = vocabulary_size, hidden_size, pooling
        self.add_parameter("embedding", rng.normal(0, 0.1, (vocabulary_size, embedding_size)))
        self.cell = self.add_child("cell", part(cell)(embedding_size, hidden_size, rng=rng))
        limit = (3 / hidden_size) ** 0.5
        self.add_parameter("U", rng.uniform(-limit, limit, (hidden_size, classes)))
        self.add_parameter("b_2", np.zeros(classes))

    def states(self, text):
        return self.cell.forward(self.parameters["embedding"][text][None])[0]

    def encode(self, ids):
        if ids.min() < 0 or ids.max() >= self.V:
            raise IndexError("an id has no row in the embedding")
        self.texts = [text[: np.count_nonzero(text)] for text in ids]
        zero = np.zeros(self.H, self.parameters["U"].dtype)
        return np.array([self.pool(self.states(t)) if len(t) else zero for t in self.texts])

    def pool(self, h):
        return {"final": h[-1], "max": h.max(0), "mean": h.mean(0)}[self.pooling]

    def forward(self, ids):
        self.z = self.encode(ids)
        return self.z @ self.parameters["U"] + self.parameters["b_2"]

    def backward(self, grad_logits):
        for text, z, grad in zip(self.texts, self.z, grad_logits, strict=True):
            self.gradients["U"] += np.outer(z, grad)
            self.gradients["b_2"] += grad
            if len(text):
                self.read_back(text, self.parameters["U"] @ grad)

    def read_back(self, text, grad):
        h = self.states(text)
        grad_h = np.zeros_like(h)
        if self.pooling == "final":
            grad_h[-1] = grad
        elif self.pooling == "mean":
            grad_h[:] = grad / len(h)
        else:
            grad_h[h.argmax(0), np.arange(self.H)] = grad
        grad_e, _ = self.cell.backward(grad_h[None])
        for word, row in zip(text, grad_e[0], strict=True):
            self.gradients["embedding"][word] += row
