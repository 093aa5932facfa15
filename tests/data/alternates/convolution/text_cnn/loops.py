"""Text by text and window by window; the parts are given by name, but used for one text each."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


def table_of(vectors, shape, rng):
    if vectors is None:
        return rng.normal(scale=0.1, size=shape)
    if np.shape(vectors) != shape:
        raise ValueError("vectors")
    return np.array(vectors, dtype=np.float64)


class TextCNN(Model):
    def __init__(
        self, vocabulary_size, embedding_size, maps, classes, *, widths=(3, 4, 5),
        keep_probability=0.5, vectors=None, channels="tuned", max_norm=3.0, rng,
    ):  # fmt: skip
        super().__init__()
        if channels not in ("static", "tuned", "both") or (channels != "tuned" and vectors is None):
            raise ValueError("channels")
        if len(widths) == 0 or min(widths) < 1 or max_norm <= 0:
            raise ValueError("settings")
        self.V, self.E, self.C = vocabulary_size, embedding_size, maps
        self.widths, self.max_norm = widths, max_norm
        start = table_of(vectors, (vocabulary_size, embedding_size), rng)
        self.static = None if channels == "tuned" else start.copy()
        if channels != "static":
            self.add_parameter("embedding", start)
        self.D = embedding_size * (2 if channels == "both" else 1)
        for i, h in enumerate(widths, start=1):
            W = rng.normal(scale=(h * self.D) ** -0.5, size=(h, self.D, maps))
            self.add_parameter(f"conv_{i}.W", W)
            self.add_parameter(f"conv_{i}.b", np.zeros(maps))
        m = maps * len(widths)
        self.dropout = self.add_child("dropout", part("dropout")(keep_probability, rng=rng))
        self.add_parameter("W", rng.normal(scale=m**-0.5, size=(m, classes)))
        self.add_parameter("b", np.zeros(classes))

    def astype(self, dtype):
        if self.static is not None:
            self.static = self.static.astype(dtype)
        return super().astype(dtype)

    def vector(self, word):
        tables = [self.static, self.parameters.get("embedding")]
        found = [table[word] for table in tables if table is not None]
        return np.concatenate(found) * (word != 0)

    def forward(self, ids):
        if ids.min() < 0 or ids.max() >= self.V:
            raise IndexError("ids")
        self.ids = ids
        dtype = self.parameters["W"].dtype
        self.z = np.zeros((len(ids), self.C * len(self.widths)), dtype)
        self.winners = {}
        for n, text in enumerate(ids):
            for i, h in enumerate(self.widths):
                self.read(n, text, i, h)
        self.z = np.maximum(self.z, 0)
        self.kept = self.dropout.forward(self.z)
        return self.kept @ self.parameters["W"] + self.parameters["b"]

    def read(self, n, text, i, h):
        padded = np.concatenate([np.zeros(h - 1, int), text, np.zeros(h - 1, int)])
        windows = [padded[t : t + h] for t in range(len(padded) - h + 1)]
        windows = [(t, w) for t, w in enumerate(windows) if w.any()]
        if not windows:
            return
        W, b = self.parameters[f"conv_{i + 1}.W"], self.parameters[f"conv_{i + 1}.b"]
        rows = [np.stack([self.vector(word) for word in w]) for _, w in windows]
        answers = np.array([np.tensordot(row, W, axes=2) + b for row in rows])
        best = answers.argmax(axis=0)
        for c in range(self.C):
            j = i * self.C + c
            self.z[n, j] = answers[best[c], c]
            self.winners[n, j] = (i, h, c, windows[best[c]][0] - (h - 1), rows[best[c]])

    def backward(self, grad_logits):
        self.gradients["W"] += np.einsum("nj,nk->jk", self.kept, grad_logits)
        self.gradients["b"] += grad_logits.sum(axis=0)
        grad_z = self.dropout.backward(grad_logits @ self.parameters["W"].T)
        for (n, j), (i, h, c, start, row) in self.winners.items():
            if self.z[n, j] <= 0:
                continue
            grad = grad_z[n, j]
            self.gradients[f"conv_{i + 1}.b"][c] += grad
            self.gradients[f"conv_{i + 1}.W"][:, :, c] += grad * row
            if "embedding" not in self.gradients:
                continue
            for k in range(h):
                s = start + k
                if 0 <= s < self.ids.shape[1] and self.ids[n, s] != 0:
                    W = self.parameters[f"conv_{i + 1}.W"][k, -self.E :, c]
                    self.gradients["embedding"][self.ids[n, s]] += grad * W

    def constrain(self):
        W = self.parameters["W"]
        for c in range(W.shape[1]):
            norm = float(np.sqrt(W[:, c] @ W[:, c]))
            if norm > self.max_norm:
                W[:, c] *= self.max_norm / norm
