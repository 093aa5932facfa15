"""Linear maps as in torch.nn, a softmax of torch, and autograd."""

import torch
from torch.nn import functional


def split_heads(x, heads):
    return torch.stack(x.chunk(heads, dim=-1), dim=1)


def join_heads(x):
    return torch.cat(x.unbind(1), dim=-1)


def causal_mask(length, past=0):
    positions = torch.arange(past + length)
    return positions[None] <= positions[past:, None]


def multiplications(length, features, heads, key_value_heads=None):
    d = features // heads
    W_qkv = features * d * (heads + 2 * (key_value_heads or heads))
    return length * (W_qkv + features**2), heads * (length * length * d) * 2


class MultiHeadAttention:
    def __init__(self, features, heads, *, key_value_heads=None, causal=False, rng):
        G = heads if key_value_heads is None else key_value_heads
        if heads < 1 or G < 1 or features % heads or heads % G:
            raise ValueError("heads")
        self.D, self.H, self.G, self.causal = features, heads, G, causal
        columns = features + 2 * G * (features // heads)
        self.parameters, self.gradients = {}, {}
        for name, size in (("W_qkv", (features, columns)), ("W_o", (features, features))):
            self.parameters[name] = torch.from_numpy(rng.normal(size=size))
            self.gradients[name] = torch.zeros_like(self.parameters[name])

    def train(self):
        pass

    def eval(self):
        pass

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def parts(self, x, W):
        if x.ndim != 3 or x.shape[1] == 0 or x.shape[2] != self.D:
            raise ValueError("x")
        return split_heads(functional.linear(x, W.T), self.H + 2 * self.G).tensor_split(
            (self.H, self.H + self.G), dim=1
        )

    def means(self, q, k, v, allowed):
        k, v = (part.repeat_interleave(self.H // self.G, dim=1) for part in (k, v))
        scores = (q @ k.mT) / (self.D // self.H) ** 0.5
        least = torch.finfo(scores.dtype).min
        weights = torch.where(allowed, scores, least).softmax(-1)
        weights = weights * allowed
        return weights, join_heads(weights @ v)

    def forward(self, x, mask=None):
        N, T = x.shape[:2]
        names = ("W_qkv", "W_o")
        self.leaves = [
            t.detach().clone().requires_grad_() for t in (x, *map(self.parameters.get, names))
        ]
        q, k, v = self.parts(*self.leaves[:2])
        allowed = torch.ones(N, 1, T, T, dtype=torch.bool)
        if mask is not None:
            if tuple(mask.shape) not in {(N, T), (N, T, T)}:
                raise ValueError("mask")
            allowed = allowed & mask.reshape(N, 1, -1, T)
        if self.causal:
            allowed = allowed & causal_mask(T)
        weights, means = self.means(q, k, v, allowed)
        self.weights = weights.detach()
        self.y = means @ self.leaves[2]
        return self.y.detach().clone()

    def backward(self, grad_output):
        grad_x, *found = torch.autograd.grad(self.y, self.leaves, grad_output, retain_graph=True)
        for name, gradient in zip(("W_qkv", "W_o"), found, strict=True):
            self.gradients[name] += gradient
        return grad_x

    def initial_cache(self, batch_size):
        empty = torch.zeros(batch_size, self.G, 0, self.D // self.H, dtype=torch.float64)
        return empty, empty.clone()

    def step(self, x, cache):
        if not self.causal:
            raise ValueError("causal")
        q, k, v = self.parts(x, self.parameters["W_qkv"])
        for old in cache:
            if old.shape != (len(x), self.G, cache[0].shape[2], self.D // self.H):
                raise ValueError("cache")
        k, v = torch.cat([cache[0], k], 2), torch.cat([cache[1], v], 2)
        allowed = causal_mask(x.shape[1], cache[0].shape[2])
        return self.means(q, k, v, allowed)[1] @ self.parameters["W_o"], (k, v)
