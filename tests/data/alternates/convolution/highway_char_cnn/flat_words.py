"""Words are flattened to rows; highway layers in a list; warnings are errors."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

np.seterr(all="raise", under="ignore")
PAD = 0


def _checked(ids, axes, characters):
    if ids.ndim not in axes:
        raise ValueError(f"{ids.ndim} axes")
    if ids.size and (ids.min() < 0 or ids.max() >= characters):
        raise IndexError("a character without a row")


class CharacterWordEncoder(Model):
    def __init__(
        self, characters, embedding_size, maps, *, widths=(2, 3, 4), highway_layers=1, rng
    ):
        super().__init__()
        counts = [maps for _ in widths] if np.ndim(maps) == 0 else list(maps)
        if not widths or min(widths) < 1 or len({*widths}) != len(widths):
            raise ValueError(f"widths {widths}")
        if len(counts) != len(widths):
            raise ValueError(f"maps {maps}")
        self.characters, self.counts, self.size = characters, counts, int(sum(counts))
        self.add_parameter("embedding", rng.normal(scale=0.5, size=(characters, embedding_size)))
        self.filters = []
        for h, count in zip(widths, counts, strict=True):
            conv = self.add_child(f"conv_{h}", part("conv1d")(embedding_size, count, h, rng=rng))
            self.filters.append((h, conv, part("max_over_time")()))
        self.highways = []
        for i in range(1, highway_layers + 1):
            layer = part("highway")(self.size, rng=rng)
            self.highways.append(self.add_child(f"highway_{i}", layer))

    def forward(self, ids):
        _checked(ids, (2, 3), self.characters)
        self.rows = ids.reshape(-1, ids.shape[-1]).copy()
        words = self.rows != PAD
        e = np.where(words[..., None], self.parameters["embedding"][self.rows], 0)
        e = e.astype(self.parameters["embedding"].dtype)
        maxima = []
        for h, conv, pool in self.filters:
            behind = np.zeros((len(e), h - 1, e.shape[2]), e.dtype)
            maxima.append(pool.forward(conv.forward(np.concatenate([e, behind], 1)), words))
        self.y = np.tanh(np.concatenate(maxima, axis=1))
        y = self.y
        for highway in self.highways:
            y = highway.forward(y)
        return y.reshape(*ids.shape[:-1], self.size)

    def backward(self, grad_vectors):
        grad = grad_vectors.reshape(-1, self.size)
        for highway in reversed(self.highways):
            grad = highway.backward(grad)
        grad = grad * (1 - self.y**2)
        words, start = self.rows != PAD, 0
        for count, (_, conv, pool) in zip(self.counts, self.filters, strict=True):
            piece = pool.backward(grad[:, start : start + count])
            grad_e = conv.backward(piece)[:, : self.rows.shape[1]]
            np.add.at(self.gradients["embedding"], self.rows[words], grad_e[words])
            start += count


class CharacterTagger(Model):
    def __init__(
        self,
        characters,
        embedding_size,
        maps,
        classes,
        window=0,
        *,
        widths=(2, 3, 4),
        highway_layers=1,
        rng,
    ):
        super().__init__()
        self.characters = characters
        options = {"widths": widths, "highway_layers": highway_layers, "rng": rng}
        encoder = CharacterWordEncoder(characters, embedding_size, maps, **options)
        self.encoder = self.add_child("encoder", encoder)
        output = part("conv1d")(encoder.size, classes, 2 * window + 1, padding=window, rng=rng)
        self.output = self.add_child("output", output)

    def forward(self, ids):
        _checked(ids, (3,), self.characters)
        self.words = (ids != PAD).any(axis=2)[..., None]
        vectors = self.encoder.forward(ids)
        return self.output.forward(vectors * self.words)

    def backward(self, grad_logits):
        self.encoder.backward(self.output.backward(grad_logits) * self.words)
