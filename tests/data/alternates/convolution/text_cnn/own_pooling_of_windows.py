"""Parts in one list of triples; warnings are errors."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

np.seterr(all="raise", under="ignore")
PAD = 0


def _require(condition, message):
    if not condition:
        raise ValueError(message)


class TextCNN(Model):
    def __init__(
        self,
        vocabulary_size,
        embedding_size,
        maps,
        classes,
        *,
        widths=(3, 4, 5),
        keep_probability=0.5,
        vectors=None,
        channels="tuned",
        max_norm=3.0,
        rng,
    ):
        super().__init__()
        V, E, k = vocabulary_size, embedding_size, len(widths)
        _require(k > 0, "no widths")
        _require(channels in ("tuned", "static", "both"), channels)
        _require(max_norm > 0, "max_norm is positive")
        _require(vectors is not None or channels == "tuned", "vectors are needed")
        _require(vectors is None or np.shape(vectors) == (V, E), "vectors are (V, E)")
        self.V, self.E, self.max_norm = V, E, max_norm
        start = rng.uniform(-0.25, 0.25, size=(V, E)) if vectors is None else vectors
        self.static = None if channels == "tuned" else np.array(start, float)
        self.tuned = channels != "static"
        if self.tuned:
            self.add_parameter("embedding", np.array(start, float))
        D = 2 * E if channels == "both" else E
        self.filters = []
        for i, h in enumerate(widths, start=1):
            conv = self.add_child(f"conv_{i}", part("conv1d")(D, maps, h, padding=h - 1, rng=rng))
            self.filters.append((h, conv, part("max_over_time")()))
        self.dropout = self.add_child("dropout", part("dropout")(keep_probability, rng=rng))
        self.add_parameter("W", rng.normal(scale=(k * maps) ** -0.5, size=(k * maps, classes)))
        self.add_parameter("b", np.zeros(classes))

    def astype(self, dtype):
        if self.static is not None:
            self.static = self.static.astype(dtype)
        return super().astype(dtype)

    def forward(self, ids):
        if ids.size and not (ids.min() >= 0 and ids.max() < self.V):
            raise IndexError("a word without a row")
        self.ids, words = ids.copy(), ids != PAD
        x = self._vectors(ids)
        maxima = [
            pool.forward(conv.forward(x), windows_with_words(words, h))
            for h, conv, pool in self.filters
        ]
        self.z = np.maximum(np.hstack(maxima), 0)
        self.kept = self.dropout.forward(self.z)
        return self.kept @ self.parameters["W"] + self.parameters["b"]

    def _vectors(self, ids):
        tables = [] if self.static is None else [self.static]
        tables += [self.parameters["embedding"]] if self.tuned else []
        x = np.concatenate([table[ids] for table in tables], axis=2)
        x[ids == PAD] = 0
        return x

    def backward(self, grad_logits):
        self.gradients["W"] += self.kept.T @ grad_logits
        self.gradients["b"] += grad_logits.sum(axis=0)
        grad_z = self.dropout.backward(grad_logits @ self.parameters["W"].T) * (self.z > 0)
        pieces = np.split(grad_z, len(self.filters), axis=1)
        grad_x = sum(
            conv.backward(pool.backward(piece))
            for piece, (_, conv, pool) in zip(pieces, self.filters, strict=True)
        )
        if self.tuned:
            grad_x[self.ids == PAD] = 0
            np.add.at(self.gradients["embedding"], self.ids, grad_x[..., -self.E :])

    def constrain(self):
        W = self.parameters["W"]
        for column in W.T:
            norm = np.linalg.norm(column)
            if norm > self.max_norm:
                column *= self.max_norm / norm


def windows_with_words(words, width):
    N, T = words.shape
    found = np.zeros((N, T + width - 1), bool)
    for k in range(width):
        found[:, k : k + T] |= words
    return found
