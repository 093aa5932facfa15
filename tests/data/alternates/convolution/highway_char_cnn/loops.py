"""One word after the other, each on its own; layers are the reference's parts, called per word."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class CharacterWordEncoder(Model):
    def __init__(
        self, characters, embedding_size, maps, *, widths=(2, 3, 4), highway_layers=1, rng
    ):
        super().__init__()
        self.widths = list(widths)
        self.maps = [maps] * len(self.widths) if np.isscalar(maps) else list(maps)
        if not self.widths or min(self.widths) < 1 or len(set(self.widths)) != len(self.widths):
            raise ValueError("widths")
        if len(self.maps) != len(self.widths):
            raise ValueError("maps")
        self.A, self.size = characters, int(np.sum(self.maps))
        self.add_parameter("embedding", rng.uniform(-0.5, 0.5, (characters, embedding_size)))
        for h, count in zip(self.widths, self.maps, strict=True):
            layer = part("conv1d")(embedding_size, count, h, rng=rng)
            self.add_child(f"conv_{h}", layer)
        self.depth = highway_layers
        for i in range(1, highway_layers + 1):
            setattr(self, f"highway_{i}", part("highway")(self.size, rng=rng))
            self.add_child(f"highway_{i}", getattr(self, f"highway_{i}"))

    def forward(self, ids):
        if ids.ndim not in (2, 3):
            raise ValueError("ids")
        if ids.min() < 0 or ids.max() >= self.A:
            raise IndexError("ids")
        self.words = [[i for i in word if i > 0] for word in ids.reshape(-1, ids.shape[-1])]
        dtype = self.parameters["embedding"].dtype
        self.y = np.zeros((len(self.words), self.size), dtype)
        self.wins = [self.read(word, y) for word, y in zip(self.words, self.y, strict=True)]
        y = self.y
        for i in range(1, self.depth + 1):
            y = getattr(self, f"highway_{i}").forward(y)
        return y.copy().reshape(*ids.shape[:-1], self.size)

    def read(self, word, y):
        """Fill in y; where each filter won."""
        p, place, wins = self.parameters, 0, []
        for h, count in zip(self.widths, self.maps, strict=True):
            W, b = p[f"conv_{h}.W"], p[f"conv_{h}.b"]
            answers = []
            for t in range(len(word)):
                answer = b.copy()
                for k, character in enumerate(word[t : t + h]):
                    answer += p["embedding"][character] @ W[k]
                answers.append(answer)
            if answers:
                wins.append(np.argmax(answers, axis=0))
                y[place : place + count] = np.tanh(np.max(answers, axis=0))
            place += count
        return wins

    def backward(self, grad_vectors):
        grad = grad_vectors.reshape(-1, self.size)
        for i in range(self.depth, 0, -1):
            grad = getattr(self, f"highway_{i}").backward(grad)
        for word, wins, y, dy in zip(self.words, self.wins, self.y, grad, strict=True):
            if word:
                self.back(word, wins, dy * (1 - y * y))

    def back(self, word, wins, dc):
        p, g, place = self.parameters, self.gradients, 0
        for h, count, starts in zip(self.widths, self.maps, wins, strict=True):
            W = p[f"conv_{h}.W"]
            for f in range(count):
                d = dc[place + f]
                g[f"conv_{h}.b"][f] += d
                for k, character in enumerate(word[starts[f] : starts[f] + h]):
                    g[f"conv_{h}.W"][k, :, f] += d * p["embedding"][character]
                    g["embedding"][character] += d * W[k, :, f]
            place += count


class CharacterTagger(Model):
    def __init__(
        self, characters, embedding_size, maps, classes, window=0, *,
        widths=(2, 3, 4), highway_layers=1, rng,
    ):  # fmt: skip
        super().__init__()
        self.encoder = CharacterWordEncoder(
            characters, embedding_size, maps, widths=widths, highway_layers=highway_layers, rng=rng
        )
        self.add_child("encoder", self.encoder)
        F, self.m = self.encoder.size, window
        self.add_parameter("output.W", rng.normal(0, 0.1, (2 * window + 1, F, classes)))
        self.add_parameter("output.b", np.zeros(classes))

    def forward(self, ids):
        if ids.ndim != 3:
            raise ValueError("ids")
        v = self.encoder.forward(ids)
        self.empty = ids.max(axis=2) == 0
        v[self.empty] = 0
        self.v = np.pad(v, ((0, 0), (self.m, self.m), (0, 0)))
        T, W, b = ids.shape[1], self.parameters["output.W"], self.parameters["output.b"]
        rows = [np.tensordot(self.v[:, t : t + len(W)], W, ([1, 2], [0, 1])) + b for t in range(T)]
        return np.stack(rows, axis=1)

    def backward(self, grad_logits):
        W, g = self.parameters["output.W"], self.gradients
        dv = np.zeros_like(self.v)
        for t in range(grad_logits.shape[1]):
            piece, d = slice(t, t + len(W)), grad_logits[:, t]
            g["output.W"] += np.einsum("nkf,nc->kfc", self.v[:, piece], d)
            g["output.b"] += d.sum(axis=0)
            dv[:, piece] += np.einsum("nc,kfc->nkf", d, W)
        dv = dv[:, self.m : self.m + grad_logits.shape[1]].copy()
        dv[self.empty] = 0
        self.encoder.backward(dv)
