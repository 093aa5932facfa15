"""Windows as views; the embedding's gradient by a sparse sum; warnings are errors."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

np.seterr(all="raise", under="ignore")

PAD = 0


def windows(ids, size):
    if ids.ndim != 1 or size < 0:
        raise ValueError(f"{ids.shape}, {size}")
    edge = np.full(size, PAD, ids.dtype)
    padded = np.concatenate([edge, ids, edge])
    if not len(ids):
        return np.empty((0, 2 * size + 1), ids.dtype)
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * size + 1)


class WindowClassifier(Model):
    def __init__(
        self,
        vocabulary_size,
        embedding_size,
        window,
        hidden_size,
        classes,
        activation="tanh",
        *,
        rng,
    ):
        super().__init__()
        self.vocabulary_size, self.width = vocabulary_size, 2 * window + 1
        vectors = rng.normal(scale=0.1, size=(vocabulary_size, embedding_size))
        self.add_parameter("embedding", vectors)
        affine = part("affine")
        self.hidden = affine(self.width * embedding_size, hidden_size, rng=rng)
        self.f = part(activation)()
        self.output = affine(hidden_size, classes, rng=rng)
        for name in ("hidden", "f", "output"):
            self.add_child(name, getattr(self, name))

    def forward(self, ids):
        if ids.ndim != 2 or ids.shape[1] != self.width:
            raise ValueError(f"windows of {self.width} words, not {ids.shape}")
        if ids.size and not (ids.min() >= 0 and ids.max() < self.vocabulary_size):
            raise IndexError("ids out of range")
        self.ids = ids.copy()
        x = self.parameters["embedding"][ids].reshape(len(ids), -1)
        for layer in (self.hidden, self.f, self.output):
            x = layer.forward(x)
        return x

    def backward(self, grad_logits):
        g = grad_logits
        for layer in (self.output, self.f, self.hidden):
            g = layer.backward(g)
        E = self.parameters["embedding"].shape[1]
        words, places = np.unique(self.ids, return_inverse=True)
        sums = np.zeros((len(words), E), g.dtype)
        np.add.at(sums, places.reshape(-1), g.reshape(-1, E))
        self.gradients["embedding"][words] += sums
