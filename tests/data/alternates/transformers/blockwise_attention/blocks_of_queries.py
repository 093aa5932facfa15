"""Blocks of queries inside of the blocks of keys; no class of the framework."""

import math

import numpy as np


def add_block(state, scores, values):
    m, s, u = state
    new_m, new_s, new_u = m.copy(), s.copy(), u.copy()
    for n, i in np.ndindex(scores.shape[:2]):
        row = scores[n, i]
        top = max(float(m[n, i, 0]), float(row.max()))
        if top == -math.inf:
            continue
        weights = np.exp(row - row.dtype.type(top))
        factor = math.exp(float(m[n, i, 0]) - top)
        new_m[n, i] = top
        new_s[n, i] = factor * s[n, i] + weights.sum()
        new_u[n, i] = factor * u[n, i] + weights @ values[n]
    return new_m, new_s, new_u


class BlockwiseAttention:
    rows = 256

    def __init__(self, block_size, *, causal=False):
        if block_size <= 0:
            raise ValueError("an empty block")
        self.block_size, self.causal = block_size, causal
        self.parameters, self.gradients = {}, {}

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        pass

    def allowed(self, queries, keys, mask):
        """The positions of some queries and keys -> which pairs there are, `(1 or N, q, k)`."""
        found = np.ones((1, len(queries), len(keys)), bool)
        if self.causal:
            found = found & (keys[None, None] <= queries[None, :, None])
        return found if mask is None else found & mask[:, None, keys]

    def scores(self, q, k, places, mask):
        e = np.matmul(q, k.transpose(0, 2, 1)) / math.sqrt(q.shape[-1])
        return np.where(self.allowed(*places, mask), e, e.dtype.type(-np.inf))

    def block_scores(self, queries, keys, start, mask=None):
        places = self.places(queries, keys)
        chosen = np.arange(start, min(start + self.block_size, keys.shape[1]))
        return self.scores(queries, keys[:, chosen], (places, chosen), mask)

    def places(self, queries, keys):
        return np.arange(queries.shape[1]) + (keys.shape[1] - queries.shape[1])

    def pairs(self):
        q, k = self.q, self.k
        places = self.places(q, k)
        for a in range(0, q.shape[1], self.rows):
            for b in range(0, k.shape[1], self.block_size):
                i = slice(a, a + self.rows)
                j = np.arange(b, min(b + self.block_size, k.shape[1]))
                yield i, j, self.scores(q[:, i], k[:, j], (places[i], j), self.mask)

    def forward(self, queries, keys, values, mask=None):
        shapes = queries.shape, keys.shape, values.shape
        if {len(shape) for shape in shapes} != {3}:
            raise ValueError(f"{shapes}")
        (N, Q, D), (M, K, C), (_, _, E) = shapes
        if (N, D) != (M, C) or shapes[2][:2] != (M, K) or K == 0:
            raise ValueError(f"{shapes}")
        if mask is not None and mask.shape != (N, K):
            raise ValueError(f"{mask.shape}")
        if self.causal and Q > K:
            raise ValueError(f"{Q} > {K}")
        self.q, self.k, self.v, self.mask = queries, keys, values, mask
        m = np.full((N, Q, 1), -np.inf, queries.dtype)
        s, u = np.zeros_like(m), np.zeros((N, Q, E), queries.dtype)
        for i, j, e in self.pairs():
            top = np.maximum(m[:, i], e.max(axis=-1, keepdims=True))
            safe = np.where(np.isfinite(top), top, 0)
            w, factor = np.exp(e - safe), np.exp(m[:, i] - safe)
            m[:, i] = top
            s[:, i] = factor * s[:, i] + w.sum(axis=-1, keepdims=True)
            u[:, i] = factor * u[:, i] + w @ values[:, j]
        s[s == 0] = 1
        self.log_sums = (m + np.log(s)).squeeze(-1)
        self.y = u / s
        return self.y.copy()

    def backward(self, grad_output):
        grads = [np.zeros_like(x) for x in (self.q, self.k, self.v)]
        L = np.where(np.isfinite(self.log_sums), self.log_sums, 0)[..., None]
        root = math.sqrt(self.q.shape[-1])
        for i, j, e in self.pairs():
            w, g = np.exp(e - L[:, i]), grad_output[:, i]
            grads[2][:, j] += w.transpose(0, 2, 1) @ g
            # g·v − g·y, for each pair
            change = g @ self.v[:, j].transpose(0, 2, 1) - np.sum(g * self.y[:, i], -1)[..., None]
            change *= w / root
            grads[0][:, i] += change @ self.k[:, j]
            grads[1][:, j] += change.transpose(0, 2, 1) @ self.q[:, i]
        return tuple(grads)
