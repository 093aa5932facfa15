"""A private class for each pooling; warnings are errors."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

np.seterr(all="raise", under="ignore")
PAD = 0


class _Final:
    def up(self, h, words):
        self.like = h
        self.some = words.any(axis=1)[:, None]
        return np.where(self.some, h[:, -1], 0).astype(h.dtype)

    def down(self, dz):
        grad = np.zeros_like(self.like)
        grad[:, -1] = np.where(self.some, dz, 0)
        return grad


class _Max:
    def up(self, h, words):
        self.like = h
        self.some = words.any(axis=1)[:, None]
        self.at = np.where(words[..., None], h, -2).argmax(axis=1)[:, None]
        best = np.take_along_axis(h, self.at, axis=1)[:, 0]
        return np.where(self.some, best, 0).astype(h.dtype)

    def down(self, dz):
        grad = np.zeros_like(self.like)
        np.put_along_axis(grad, self.at, np.where(self.some, dz, 0)[:, None], axis=1)
        return grad


class _Mean:
    def up(self, h, words):
        counts = np.maximum(words.sum(axis=1), 1)[:, None]
        self.weights = (words / counts).astype(h.dtype)[..., None]
        return (self.weights * h).sum(axis=1)

    def down(self, dz):
        return self.weights * dz[:, None]


_POOLINGS = {"final": _Final, "max": _Max, "mean": _Mean}


class SentenceEncoder(Model):
    def __init__(
        self,
        vocabulary_size,
        embedding_size,
        hidden_size,
        classes,
        pooling="final",
        cell="rnn",
        *,
        rng,
    ):
        super().__init__()
        if pooling not in _POOLINGS:
            raise ValueError(f"no pooling {pooling}")
        V, E, H, C = vocabulary_size, embedding_size, hidden_size, classes
        self.V, self.pool = V, _POOLINGS[pooling]()
        self.add_parameter("embedding", rng.normal(scale=0.1, size=(V, E)))
        self.cell = self.add_child("cell", part(cell)(E, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=(H, C)))
        self.add_parameter("b_2", np.zeros(C))

    def encode(self, ids):
        if ids.size and not 0 <= ids.min() <= ids.max() < self.V:
            raise IndexError("ids")
        self.ids, self.words = ids.copy(), ids != PAD
        h = self.cell.forward(self.parameters["embedding"][ids], None, self.words)
        return self.pool.up(h, self.words)

    def forward(self, ids):
        self.z = self.encode(ids)
        return self.z @ self.parameters["U"] + self.parameters["b_2"]

    def backward(self, grad_logits):
        self.gradients["U"] += self.z.T @ grad_logits
        self.gradients["b_2"] += grad_logits.sum(axis=0)
        grad_h = self.pool.down(grad_logits @ self.parameters["U"].T)
        grad_e, _ = self.cell.backward(grad_h)
        places = np.nonzero(self.words)
        np.add.at(self.gradients["embedding"], self.ids[places], grad_e[places])
