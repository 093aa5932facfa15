"""A text, a head and a query at a time; the causal mask is made from positions."""

import numpy as np

from framework.interfaces import Model


def split_heads(x, heads):
    d = x.shape[-1] // heads
    return np.stack([x[..., h * d : (h + 1) * d] for h in range(heads)], axis=1)


def join_heads(x):
    return np.concatenate(list(np.moveaxis(x, 1, 0)), axis=-1)


def causal_mask(length, past=0):
    positions = np.arange(past + length)
    return positions <= positions[past:, None]


def multiplications(length, features, heads, key_value_heads=None):
    d = features // heads
    matrices = length * features * features  # W_o
    for count in (heads, *[heads if key_value_heads is None else key_value_heads] * 2):
        matrices += length * features * count * d
    pairs = 0
    for _ in range(heads):
        pairs += length * d * length + length * length * d
    return matrices, pairs


class MultiHeadAttention(Model):
    def __init__(self, features, heads, *, key_value_heads=None, causal=False, rng):
        super().__init__()
        groups = heads if key_value_heads is None else key_value_heads
        if heads < 1 or features % heads or groups < 1 or heads % groups:
            raise ValueError("heads")
        self.H, self.G, self.d, self.causal = heads, groups, features // heads, causal
        self.add_parameter("W_qkv", rng.uniform(-1, 1, (features, (heads + 2 * groups) * self.d)))
        self.add_parameter("W_o", rng.uniform(-1, 1, (features, features)))

    def columns(self, kind, head):
        """The columns of W_qkv of a head of "q", "k" or "v"."""
        start = {"q": 0, "k": self.H, "v": self.H + self.G}[kind] + head
        return slice(start * self.d, (start + 1) * self.d)

    def checked(self, x):
        if x.ndim != 3 or x.shape[1] < 1 or x.shape[2] != self.H * self.d:
            raise ValueError("x")

    def attend(self, q, k, v, allowed):
        """Weights and means of one head of one text."""
        a = np.zeros((len(q), len(k)), q.dtype)
        for i, query in enumerate(q):
            there = np.flatnonzero(allowed[i])
            if len(there):
                scores = k[there] @ query / q.dtype.type(self.d**0.5)
                e = np.exp(scores - scores.max())
                a[i, there] = e / e.sum()
        return a, a @ v

    def forward(self, x, mask=None):
        self.checked(x)
        N, T, _ = x.shape
        allowed = np.ones((N, T, T), bool)
        if mask is not None:
            if mask.shape == (N, T):
                allowed &= mask[:, None]
            elif mask.shape == (N, T, T):
                allowed &= mask
            else:
                raise ValueError("mask")
        if self.causal:
            allowed &= causal_mask(T)
        self.x, self.z = x.copy(), x @ self.parameters["W_qkv"]
        self.weights = np.zeros((N, self.H, T, T), x.dtype)
        self.m = np.zeros_like(x)
        for n in range(N):
            for h in range(self.H):
                q, k, v = (self.z[n][:, self.columns(kind, self.of(kind, h))] for kind in "qkv")
                a, means = self.attend(q, k, v, allowed[n])
                self.weights[n, h], self.m[n][:, self.columns("q", h)] = a, means
        return self.m @ self.parameters["W_o"]

    def of(self, kind, h):
        return h if kind == "q" else h // (self.H // self.G)

    def backward(self, grad_output):
        grad_z = np.zeros_like(self.z)
        W, W_o = self.parameters["W_qkv"], self.parameters["W_o"]
        for n, grad_y in enumerate(grad_output):
            self.gradients["W_o"] += self.m[n].T @ grad_y
            grad_m = grad_y @ W_o.T
            for h in range(self.H):
                places = [self.columns(kind, self.of(kind, h)) for kind in "qkv"]
                q, k, v = (self.z[n][:, place] for place in places)
                a, grad = self.weights[n, h], grad_m[:, self.columns("q", h)]
                grad_a = grad @ v.T
                grad_e = a * grad_a - a * (a * grad_a).sum(axis=1)[:, None]
                grad_e = grad_e / grad_e.dtype.type(self.d**0.5)
                for place, part in zip(places, (grad_e @ k, grad_e.T @ q, a.T @ grad), strict=True):
                    grad_z[n][:, place] += part
            self.gradients["W_qkv"] += self.x[n].T @ grad_z[n]
        return grad_z @ W.T

    def initial_cache(self, batch_size):
        empty = np.empty((batch_size, self.G, 0, self.d), self.parameters["W_o"].dtype)
        return empty, empty.copy()

    def step(self, x, cache):
        self.checked(x)
        if not self.causal:
            raise ValueError("causal")
        N, T, _ = x.shape
        old_k, old_v = cache
        S = old_k.shape[2]
        if not old_k.shape == old_v.shape == (N, self.G, S, self.d):
            raise ValueError("cache")
        z = x @ self.parameters["W_qkv"]
        H, G = self.H, self.G
        k = np.concatenate([old_k, split_heads(z[..., H * self.d : (H + G) * self.d], G)], 2)
        v = np.concatenate([old_v, split_heads(z[..., (H + G) * self.d :], G)], 2)
        means = np.empty_like(x)
        for n in range(N):
            for h in range(H):
                q, g = z[n][:, self.columns("q", h)], self.of("k", h)
                _, mean = self.attend(q, k[n, g], v[n, g], causal_mask(T, S))
                means[n][:, self.columns("q", h)] = mean
        return means @ self.parameters["W_o"], (k, v)
