"""Pairs as numbers w V + c for one bincount; GloVe on the list of pairs; warnings are errors."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model

np.seterr(all="raise", under="ignore")


def cooccurrences(tokens: Array, window: int, vocabulary_size: int) -> Array:
    ids, V = np.array(tokens, dtype=np.int64), vocabulary_size
    if len(ids) and (ids.min() < 0 or ids.max() >= V):
        raise IndexError(f"an id is outside 0 ... {V - 1}")
    offsets = np.setdiff1d(np.arange(-window, window + 1), 0)
    t, s = (places.ravel() for places in np.broadcast_arrays(*np.ogrid[: len(ids), : 2 * window]))
    s = t + offsets[s]
    inside = (s >= 0) & (s < len(ids))
    pairs = ids[t[inside]] * V + ids[s[inside]]
    return np.bincount(pairs, minlength=V * V).reshape(V, V)


def ppmi(counts: Array, shift: float = 1.0) -> Array:
    if counts.ndim != 2 or not np.isfinite(counts).all() or np.any(counts < 0):
        raise ValueError("no counts")
    if shift <= 0:
        raise ValueError("shift")
    largest = counts.max(initial=0)
    if largest == 0:
        return np.zeros(counts.shape)
    P = counts / largest
    P = P / P.sum()
    expected = np.log(_positive(P.sum(1)))[:, None] + np.log(_positive(P.sum(0)))
    pmi = np.log(_positive(P)) - expected - np.log(shift)
    pmi[counts == 0] = 0
    return pmi.clip(min=0)


def _positive(x: Array) -> Array:
    return np.where(x == 0, 1, x)


def truncated_svd(matrix: Array, k: int) -> tuple[Array, Array, Array]:
    V, C = matrix.shape
    if not 0 < k <= min(V, C):
        raise ValueError(f"k = {k}")
    # By eigenvectors of the symmetric matrix (0 M; Mᵀ 0): their values are ± the singular values.
    both = np.zeros((V + C, V + C))
    both[:V, V:], both[V:, :V] = matrix, matrix.T
    values, vectors = np.linalg.eigh(both)
    S, vectors = values[::-1][:k], vectors[:, ::-1][:, :k] * np.sqrt(2)
    U, W = vectors[:V], vectors[V:]
    signs = np.sign(U[abs(U).argmax(0), range(k)])
    return U * signs, S.copy(), (W * signs).T.copy()


class GloVe(Model):
    def __init__(
        self,
        vocabulary_size: int,
        dimension: int,
        x_max: float = 100.0,
        power: float = 0.75,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.V, self.x_max, self.power = vocabulary_size, x_max, power
        shape = (vocabulary_size, dimension)
        self.add_parameter("word_vectors", rng.normal(scale=0.1, size=shape))
        self.add_parameter("context_vectors", rng.normal(scale=0.1, size=shape))
        self.add_parameter("word_biases", np.zeros(vocabulary_size))
        self.add_parameter("context_biases", np.zeros(vocabulary_size))

    def forward(self, counts: Array) -> float:
        if counts.shape != (self.V, self.V) or counts.min() < 0:
            raise ValueError("counts")
        self.w, self.c = np.nonzero(counts)
        x, p = counts[self.w, self.c].astype(float), self.parameters
        self.rows = p["word_vectors"][self.w], p["context_vectors"][self.c]
        error = (self.rows[0] * self.rows[1]).sum(1) - np.log(x)
        error += p["word_biases"][self.w] + p["context_biases"][self.c]
        f = np.exp(self.power * np.minimum(np.log(x) - np.log(self.x_max), 0))
        self.slope = 2 * f * error
        return float(f @ error**2)

    def backward(self, grad_loss: float = 1.0) -> None:
        g, slope = self.gradients, grad_loss * self.slope
        np.add.at(g["word_vectors"], self.w, slope[:, None] * self.rows[1])
        np.add.at(g["context_vectors"], self.c, slope[:, None] * self.rows[0])
        g["word_biases"] += np.bincount(self.w, slope, self.V)
        g["context_biases"] += np.bincount(self.c, slope, self.V)
