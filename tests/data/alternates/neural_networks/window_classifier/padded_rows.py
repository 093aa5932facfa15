"""Rolled copies side by side; the gradient by np.bincount for each feature."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

PAD = 0


def windows(ids, size):
    if ids.ndim != 1 or size < 0:
        raise ValueError(f"ids {ids.shape}, size {size}")
    columns = []
    for offset in range(-size, size + 1):
        column = np.full(len(ids), PAD, ids.dtype)
        for t in range(len(ids)):
            if 0 <= t + offset < len(ids):
                column[t] = ids[t + offset]
        columns.append(column)
    return np.column_stack(columns)


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
        self.V, self.E, self.places = vocabulary_size, embedding_size, 2 * window + 1
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(self.V, self.E)))
        affine, D = part("affine"), self.places * self.E
        self.add_child("hidden", affine(D, hidden_size, rng=rng))
        self.add_child("f", part(activation)())
        self.add_child("output", affine(hidden_size, classes, rng=rng))
        self.layers = [self._children[name] for name in ("hidden", "f", "output")]

    def forward(self, ids):
        if ids.shape[1:] != (self.places,):
            raise ValueError(f"windows are (N, {self.places})")
        if any(i < 0 or i >= self.V for i in ids.flat):
            raise IndexError("id")
        self.ids = np.array(ids)
        x = np.hstack([self.parameters["embedding"][column] for column in ids.T])
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad_logits):
        for layer in self.layers[::-1]:
            grad_logits = layer.backward(grad_logits)
        rows = grad_logits.reshape(-1, self.E)
        for feature in range(self.E):
            sums = np.bincount(self.ids.ravel(), rows[:, feature], minlength=self.V)
            self.gradients["embedding"][:, feature] += sums
