"""Lookups as matrix products with one-hot rows; windows by a strided view."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from framework.interfaces import Model
from framework.models.parts import part


def windows(ids, size):
    if len(ids) == 0:
        return np.zeros((0, 2 * size + 1), ids.dtype)
    gap = np.zeros(size, ids.dtype)
    return sliding_window_view(np.concatenate([gap, ids, gap]), 2 * size + 1).copy()


class WindowClassifier(Model):
    def __init__(
        self, vocabulary_size, embedding_size, window, hidden_size, classes, activation="tanh",
        *, rng,
    ):  # fmt: skip
        super().__init__()
        self.width = 2 * window + 1
        self.add_parameter("embedding", rng.normal(0, 0.1, (vocabulary_size, embedding_size)))
        size = self.width * embedding_size
        self.layers = [
            self.add_child("hidden", part("affine")(size, hidden_size, rng=rng)),
            part(activation)(),
            self.add_child("output", part("affine")(hidden_size, classes, rng=rng)),
        ]

    def forward(self, ids):
        V = len(self.parameters["embedding"])
        if ids.ndim != 2 or ids.shape[1] != self.width:
            raise ValueError("these windows have another width")
        if ids.size and not 0 <= ids.min() <= ids.max() < V:
            raise IndexError("an id has no row in the embedding")
        self.rows = (ids[..., None] == np.arange(V)).astype(float)
        x = np.einsum("nwv,ve->nwe", self.rows, self.parameters["embedding"])
        x = np.concatenate([x[:, i] for i in range(self.width)], axis=1)
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad_logits):
        grad = grad_logits
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        pieces = np.stack(np.split(grad, self.width, axis=1), axis=1)
        self.gradients["embedding"] += np.einsum("nwv,nwe->ve", self.rows, pieces)
