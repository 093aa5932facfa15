"""All windows of a width as rows of one array; tanh before the maximum."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from framework.interfaces import Model
from framework.models.parts import part


class CharacterWordEncoder(Model):
    def __init__(
        self, characters, embedding_size, maps, *, widths=(2, 3, 4), highway_layers=1, rng
    ):
        super().__init__()
        self.widths = tuple(widths)
        maps = (maps,) * len(self.widths) if isinstance(maps, int) else tuple(maps)
        if not widths or any(h < 1 for h in widths) or len({*widths}) != len(widths):
            raise ValueError("widths")
        if len(maps) != len(widths):
            raise ValueError("maps")
        self.A, self.E, self.size = characters, embedding_size, sum(maps)
        self.add_parameter("embedding", rng.normal(0, 0.4, (characters, embedding_size)))
        for h, count in zip(self.widths, maps, strict=True):
            self.add_parameter(f"conv_{h}.W", rng.normal(0, 0.3, (h, embedding_size, count)))
            self.add_parameter(f"conv_{h}.b", np.zeros(count))
        self.highways = []
        for i in range(highway_layers):
            self.highways.append(part("highway")(self.size, rng=rng))
            self.add_child(f"highway_{i + 1}", self.highways[-1])

    def forward(self, ids):
        if ids.ndim not in (2, 3):
            raise ValueError("ids")
        if (ids < 0).any() or (ids >= self.A).any():
            raise IndexError("ids")
        self.shape = ids.shape[:-1]
        words = ids.reshape(-1, ids.shape[-1])
        self.rows, self.best, pieces = {}, {}, []
        for h in self.widths:
            padded = np.pad(words, ((0, 0), (0, h - 1)))
            self.rows[h] = sliding_window_view(padded, h, axis=1)  # ids, (M, L, h)
            e = self.parameters["embedding"][self.rows[h]] * (self.rows[h] > 0)[..., None]
            W, b = self.parameters[f"conv_{h}.W"], self.parameters[f"conv_{h}.b"]
            c = np.tanh(np.einsum("mlkd,kdc->mlc", e, W) + b)
            c = np.where((words > 0)[..., None], c, -2)
            self.best[h] = c.argmax(axis=1)
            pieces.append(np.where((words > 0).any(axis=1)[:, None], c.max(axis=1), 0))
        self.used = (words > 0).any(axis=1)
        self.pieces = pieces
        y = np.hstack(pieces)
        for highway in self.highways:
            y = highway.forward(y)
        return y.reshape(*self.shape, self.size).copy()

    def backward(self, grad_vectors):
        grad = grad_vectors.reshape(-1, self.size)
        for highway in self.highways[::-1]:
            grad = highway.backward(grad)
        start = 0
        for h, y in zip(self.widths, self.pieces, strict=True):
            count = y.shape[1]
            d = grad[:, start : start + count] * (1 - y**2) * self.used[:, None]
            start += count
            M = len(d)
            ids = self.rows[h][np.arange(M)[:, None], self.best[h]]  # of the winners, (M, count, h)
            there = (ids > 0)[..., None]
            e = self.parameters["embedding"][ids] * there
            self.gradients[f"conv_{h}.W"] += np.einsum("mckd,mc->kdc", e, d)
            self.gradients[f"conv_{h}.b"] += d.sum(axis=0)
            W = self.parameters[f"conv_{h}.W"]
            de = np.einsum("mc,kdc->mckd", d, W) * there
            np.add.at(self.gradients["embedding"], ids, de)


class CharacterTagger(Model):
    def __init__(
        self, characters, embedding_size, maps, classes, window=0, *,
        widths=(2, 3, 4), highway_layers=1, rng,
    ):  # fmt: skip
        super().__init__()
        self.encoder = CharacterWordEncoder(
            characters, embedding_size, maps, widths=widths, highway_layers=highway_layers, rng=rng
        )
        self.output = part("conv1d")(
            self.encoder.size, classes, 2 * window + 1, padding=window, rng=rng
        )
        self.add_child("encoder", self.encoder)
        self.add_child("output", self.output)

    def forward(self, ids):
        if ids.ndim != 3:
            raise ValueError("ids")
        vectors = self.encoder.forward(ids)
        self.there = (ids.sum(axis=2) > 0)[..., None].astype(vectors.dtype)
        return self.output.forward(self.there * vectors)

    def backward(self, grad_logits):
        self.encoder.backward(self.there * self.output.backward(grad_logits))
