"""Norm, dropout and sum around any layer, as a pair of functions; GELU by the product rule."""

import math

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

C, CUBIC = math.sqrt(2 / math.pi), 0.044715


class Gelu(Model):
    def forward(self, z):
        self.z = np.array(z)
        self.tanh = np.tanh(C * (z + CUBIC * (z * z * z)))
        return z / 2 + z / 2 * self.tanh

    def backward(self, grad_output):
        inner = C * (1 + 3 * CUBIC * self.z * self.z)
        slope = (1 + self.tanh) / 2 + self.z / 2 * (1 - self.tanh * self.tanh) * inner
        return slope * grad_output


class FeedForward(Model):
    def __init__(self, features, hidden=None, *, rng):
        super().__init__()
        hidden = 4 * features if hidden is None else hidden
        self.into = self.add_child("hidden", part("affine")(features, hidden, rng=rng))
        self.out = self.add_child("output", part("affine")(hidden, features, rng=rng))
        self.gelu = Gelu()

    def forward(self, x):
        h = self.into.forward(x)
        return self.out.forward(self.gelu.forward(h))

    def backward(self, grad_output):
        grad_h = self.out.backward(grad_output)
        return self.into.backward(self.gelu.backward(grad_h))


class TransformerBlock(Model):
    def __init__(
        self,
        features,
        heads,
        *,
        hidden=None,
        norm="pre",
        keep_probability=1.0,
        causal=False,
        key_value_heads=None,
        rng,
    ):
        super().__init__()
        if norm != "pre" and norm != "post":
            raise ValueError("norm")
        self.forwards = pre_forward if norm == "pre" else post_forward
        self.backwards = pre_backward if norm == "pre" else post_backward
        options = {"causal": causal, "key_value_heads": key_value_heads, "rng": rng}
        attention = part("multi_head_attention")(features, heads, **options)
        self.attention = self.add_child("attention", attention)
        self.feed_forward = self.add_child("feed_forward", FeedForward(features, hidden, rng=rng))
        self.around = []
        for i in (1, 2):
            layer_norm = self.add_child(f"norm_{i}", part("layer_norm")(features))
            dropout = part("dropout")(keep_probability, inverted=True, rng=rng)
            self.around.append((layer_norm, self.add_child(f"dropout_{i}", dropout)))

    def forward(self, x, mask=None):
        first, second = self.around
        z = self.forwards(*first, lambda words: self.attention.forward(words, mask), x)
        return self.forwards(*second, self.feed_forward.forward, z)

    def backward(self, grad_output):
        first, second = self.around
        grad_z = self.backwards(*second, self.feed_forward.backward, grad_output)
        return self.backwards(*first, self.attention.backward, grad_z)

    def initial_cache(self, batch_size):
        return self.attention.initial_cache(batch_size)

    def step(self, x, cache):
        first, second = self.around
        caches = []

        def attended(words):
            y, after = self.attention.step(words, cache)
            caches.append(after)
            return y

        z = self.forwards(*first, attended, x)
        return self.forwards(*second, self.feed_forward.forward, z), caches[0]


def pre_forward(norm, dropout, layer, x):
    return dropout.forward(layer(norm.forward(x))) + x


def pre_backward(norm, dropout, layer, grad):
    return norm.backward(layer(dropout.backward(grad))) + grad


def post_forward(norm, dropout, layer, x):
    return norm.forward(dropout.forward(layer(x)) + x)


def post_backward(norm, dropout, layer, grad):
    grad = norm.backward(grad)
    return layer(dropout.backward(grad)) + grad
