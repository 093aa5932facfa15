"""Windows from a generator; word by word into the embedding's gradient."""

from collections import deque

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

print("window classifier")
PAD = 0


def _sliding(words, width):
    window = deque(maxlen=width)
    for word in words:
        window.append(word)
        if len(window) == width:
            yield list(window)


def windows(ids, size):
    if ids.ndim != 1:
        raise ValueError("ids have one axis")
    if size < 0:
        raise ValueError("size is at least 0")
    padded = [PAD] * size + ids.tolist() + [PAD] * size
    rows = list(_sliding(padded, 2 * size + 1)) if ids.size else []
    return np.array(rows, dtype=int).reshape(len(ids), 2 * size + 1)


class WindowClassifier(Model):
    def __init__(self, vocabulary_size, embedding_size, window, hidden_size, classes,
                 activation="tanh", *, rng):  # fmt: skip
        super().__init__()
        V, E, H = vocabulary_size, embedding_size, hidden_size
        self.vocabulary_size, self.width = V, 2 * window + 1
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.hidden = self.add_child("hidden", part("affine")(self.width * E, H, rng=rng))
        self.f = self.add_child("f", part(activation)())
        self.output = self.add_child("output", part("affine")(H, classes, rng=rng))

    def forward(self, ids):
        self._check(ids)
        self.rows = ids.tolist()
        C = self.parameters["embedding"]
        x = np.empty((len(ids), self.width * C.shape[1]), C.dtype)
        for n, row in enumerate(self.rows):
            x[n] = np.concatenate([C[word] for word in row])
        return self.output.forward(self.f.forward(self.hidden.forward(x)))

    def backward(self, grad_logits):
        d = self.hidden.backward(self.f.backward(self.output.backward(grad_logits)))
        into = self.gradients["embedding"]
        for row, grad in zip(self.rows, d, strict=True):
            for word, piece in zip(row, np.split(grad, self.width), strict=True):
                into[word] += piece

    def _check(self, ids):
        if ids.ndim != 2 or ids.shape[1] != self.width:
            raise ValueError(f"windows are (N, {self.width})")
        if ids.size and (ids.min() < 0 or ids.max() >= self.vocabulary_size):
            raise IndexError("word ids")


if __name__ == "__main__":
    print(windows(np.array([7, 8, 9]), 1))
