"""Loops over texts and words, and layers as a class of their own."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


def window_mask(length, width):
    if length < 1 or width < 1:
        raise ValueError("length or width")
    rows = [[t - width + 1 <= s <= t for s in range(length)] for t in range(length)]
    return np.array(rows)


class AttentionOnlyTransformer(Model):
    def __init__(self, vocabulary_size, features, heads=2, layers=2, *, rng):
        super().__init__()
        if layers < 1:
            raise ValueError("layers")
        self.V, self.L = vocabulary_size, layers
        self.add_parameter("embedding", rng.normal(0, 1, (vocabulary_size, features)))
        self.add_parameter("U", rng.normal(0, 0.1, (features, vocabulary_size)))
        for i in range(layers):
            for name, count in ((f"near_{i + 1}", 1), (f"far_{i + 1}", heads)):
                layer = part("multi_head_attention")(features, count, causal=True, rng=rng)
                setattr(self, name, self.add_child(name, layer))
        self.layers = [
            (getattr(self, f"near_{i + 1}"), getattr(self, f"far_{i + 1}")) for i in range(layers)
        ]

    def forward(self, tokens):
        if tokens.ndim != 2 or tokens.shape[1] == 0:
            raise ValueError("tokens")
        if tokens.size and (tokens.min() < 0 or tokens.max() >= self.V):
            raise IndexError("tokens")
        self.ids = tokens.copy()
        masks = np.stack([window_mask(tokens.shape[1], 2)] * len(tokens))
        self.x = self.parameters["embedding"][tokens]
        for near, far in self.layers:
            change = near.forward(self.x, masks)
            change = change + far.forward(self.x)
            self.x = change + self.x
        return self.x @ self.parameters["U"]

    def backward(self, grad_logits):
        for text, grad in zip(self.x, grad_logits, strict=True):
            self.gradients["U"] += text.T @ grad
        back = grad_logits @ self.parameters["U"].T
        for near, far in self.layers[::-1]:
            parts = [back, near.backward(back), far.backward(back)]
            back = sum(parts)
        for text, grads in zip(self.ids.tolist(), back, strict=True):
            for word, grad in zip(text, grads, strict=True):
                self.gradients["embedding"][word] += grad

    def head_weights(self, tokens):
        self.forward(tokens)
        return np.concatenate([layer.weights for pair in self.layers for layer in pair], axis=1)


def prefix_matching_score(weights, tokens):
    N, T = tokens.shape
    if weights.ndim != 4 or weights.shape[0] != N or weights.shape[2:] != (T, T):
        raise ValueError("weights")
    total, count = np.zeros(weights.shape[1], weights.dtype), 0
    for n in range(N):
        for t in range(T):
            earlier = [s for s in range(t) if tokens[n, s] == tokens[n, t]]
            count += bool(earlier)
            for s in earlier:
                total += weights[n, :, t, s + 1]
    if not count:
        raise ValueError("no word occurs twice")
    return total / count
