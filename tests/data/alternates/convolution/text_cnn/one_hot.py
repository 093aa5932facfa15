"""Word vectors by one-hot products, ReLU before the maximum, one loop over the parts."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class TextCNN(Model):
    def __init__(
        self, vocabulary_size, embedding_size, maps, classes, *, widths=(3, 4, 5),
        keep_probability=0.5, vectors=None, channels="tuned", max_norm=3.0, rng,
    ):  # fmt: skip
        super().__init__()
        shape = (vocabulary_size, embedding_size)
        if channels != "tuned" and (channels not in ("static", "both") or vectors is None):
            raise ValueError("channels")
        if not widths or max_norm <= 0 or (vectors is not None and vectors.shape != shape):
            raise ValueError("settings")
        self.static = None if channels == "tuned" else vectors.copy()
        self.E, self.max_norm, self.branches = embedding_size, max_norm, []
        if channels != "static":
            start = rng.uniform(-0.25, 0.25, shape) if vectors is None else vectors.copy()
            self.add_parameter("embedding", start)
        D = embedding_size + embedding_size * (channels == "both")
        for i, h in enumerate(widths, start=1):
            conv = self.add_child(f"conv_{i}", part("conv1d")(D, maps, h, padding=h - 1, rng=rng))
            self.branches.append((h, conv, part("max_over_time")()))
        self.add_parameter("W", rng.normal(scale=0.1, size=(maps * len(widths), classes)))
        self.add_parameter("b", np.zeros(classes))
        self.dropout = self.add_child("dropout", part("dropout")(keep_probability, rng=rng))

    def astype(self, dtype):
        if self.static is not None:
            self.static = self.static.astype(dtype)
        return super().astype(dtype)

    def table(self):
        tables = [t for t in (self.static, self.parameters.get("embedding")) if t is not None]
        return np.concatenate(tables, axis=1)

    def forward(self, ids):
        table = self.table()
        if ids.min() < 0 or ids.max() >= len(table):
            raise IndexError("ids")
        self.hot = (ids[..., None] == np.arange(len(table))).astype(table.dtype)
        self.hot[..., 0] = 0
        x = self.hot @ table
        self.slopes, maxima = [], []
        for h, conv, pool in self.branches:
            c = conv.forward(x)
            self.slopes.append(c > 0)
            counts = np.apply_along_axis(np.convolve, 1, ids != 0, np.ones(h))
            maxima.append(pool.forward(np.maximum(c, 0), counts > 0.5))
        self.z = np.hstack(maxima)
        self.kept = self.dropout.forward(self.z)
        return self.kept @ self.parameters["W"] + self.parameters["b"]

    def backward(self, grad_logits):
        self.gradients["W"] += self.kept.T @ grad_logits
        self.gradients["b"] += np.ones(len(grad_logits), grad_logits.dtype) @ grad_logits
        grad_z = self.dropout.backward(grad_logits @ self.parameters["W"].T)
        grad_table, first = 0, 0
        for (_, conv, pool), slope in zip(self.branches, self.slopes, strict=True):
            last = first + slope.shape[2]
            grad_x = conv.backward(pool.backward(grad_z[:, first:last]) * slope)
            grad_table = grad_table + np.tensordot(self.hot, grad_x, axes=((0, 1), (0, 1)))
            first = last
        if "embedding" in self.gradients:
            self.gradients["embedding"] += grad_table[:, -self.E :]

    def constrain(self):
        W = self.parameters["W"]
        squares = np.einsum("jc,jc->c", W, W)
        long = squares > self.max_norm**2
        W[:, long] *= self.max_norm / np.sqrt(squares[long])
