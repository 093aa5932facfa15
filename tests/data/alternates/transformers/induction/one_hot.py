"""One-hot vectors and products in place of look-ups; triangles; one sum over all heads."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


def window_mask(length, width):
    if min(length, width) < 1:
        raise ValueError("length or width")
    before = np.tril(np.ones((length, length), dtype=bool))
    return before & ~np.tril(before, -width)


class AttentionOnlyTransformer(Model):
    def __init__(self, vocabulary_size, features, heads=2, layers=2, *, rng):
        super().__init__()
        if layers <= 0:
            raise ValueError("layers")
        self.vocabulary_size = vocabulary_size
        self.add_parameter("embedding", rng.normal(size=(vocabulary_size, features)))
        self.add_parameter("U", rng.normal(scale=features**-0.5, size=(features, vocabulary_size)))
        attention = part("multi_head_attention")
        self.layers = []
        for i in range(1, layers + 1):
            near = self.add_child(f"near_{i}", attention(features, 1, causal=True, rng=rng))
            far = self.add_child(f"far_{i}", attention(features, heads, causal=True, rng=rng))
            self.layers.append((near, far))

    def forward(self, tokens):
        if len(tokens.shape) != 2 or not tokens.shape[1]:
            raise ValueError("tokens")
        if np.any(tokens < 0) or np.any(tokens >= self.vocabulary_size):
            raise IndexError("tokens")
        E = self.parameters["embedding"]
        self.one_hot = (tokens[..., None] == np.arange(len(E))).astype(E.dtype)
        N, T = tokens.shape
        window = np.broadcast_to(window_mask(T, 2), (N, T, T))
        x = self.one_hot @ E
        for near, far in self.layers:
            x = x + near.forward(x, window) + far.forward(x)
        self.last = x
        return x @ self.parameters["U"]

    def backward(self, grad_logits):
        self.gradients["U"] += np.einsum("ntd,ntv->dv", self.last, grad_logits)
        grad = grad_logits @ self.parameters["U"].T
        for near, far in reversed(self.layers):
            grad = grad + near.backward(grad) + far.backward(grad)
        self.gradients["embedding"] += np.einsum("ntv,ntd->vd", self.one_hot, grad)

    def head_weights(self, tokens):
        self.forward(tokens)
        return np.concatenate([part.weights for pair in self.layers for part in pair], axis=1)


def prefix_matching_score(weights, tokens):
    N, T = tokens.shape
    if weights.ndim != 4 or (len(weights), *weights.shape[2:]) != (N, T, T):
        raise ValueError("weights")
    same = np.tril(tokens[:, :, None] == tokens[:, None], -1)
    count = same.any(axis=2).sum()
    if count == 0:
        raise ValueError("no word occurs twice")
    read = np.einsum("nhts,nts->h", weights[..., 1:], same[..., :-1].astype(weights.dtype))
    return read / weights.dtype.type(count)
