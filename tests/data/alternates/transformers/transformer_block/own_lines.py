"""Two branches for the two norms, a slope of GELU by its sigmoid, and no helper."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part


class Gelu(Model):
    # (1 + tanh u) / 2 is the sigmoid of 2 u.
    def forward(self, z):
        self.z = z.copy()
        with np.errstate(over="ignore"):
            self.s = 1 / (1 + np.exp(-2 * self.u(z))).astype(z.dtype)
        return z * self.s

    def u(self, z):
        return (z + z * z * z * z.dtype.type(0.044715)) * z.dtype.type(np.sqrt(2 / np.pi))

    def backward(self, grad_output):
        z, s = self.z, self.s
        slope = z.dtype.type(np.sqrt(2 / np.pi)) * (1 + z.dtype.type(0.134145) * z * z)
        return grad_output * s + grad_output * (2 * z * slope) * (s * (1 - s))


class FeedForward(Model):
    def __init__(self, features, hidden=None, *, rng):
        super().__init__()
        self.first = self.add_child(
            "hidden", part("affine")(features, hidden or 4 * features, rng=rng)
        )
        self.act = Gelu()
        self.last = self.add_child(
            "output", part("affine")(hidden or 4 * features, features, rng=rng)
        )

    def forward(self, x):
        for layer in (self.first, self.act, self.last):
            x = layer.forward(x)
        return x

    def backward(self, grad_output):
        for layer in (self.last, self.act, self.first):
            grad_output = layer.backward(grad_output)
        return grad_output


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
        if norm not in {"pre", "post"}:
            raise ValueError(norm)
        self.pre = norm == "pre"
        kind = part("multi_head_attention")
        attention = kind(features, heads, causal=causal, key_value_heads=key_value_heads, rng=rng)
        self.attention = self.add_child("attention", attention)
        self.words = self.add_child("feed_forward", FeedForward(features, hidden, rng=rng))
        self.n_1 = self.add_child("norm_1", part("layer_norm")(features))
        self.n_2 = self.add_child("norm_2", part("layer_norm")(features))
        self.d_1, self.d_2 = (
            self.add_child(f"_drop_{i}", part("dropout")(keep_probability, inverted=True, rng=rng))
            for i in "12"
        )

    def after_attention(self, x, y):
        if self.pre:
            z = x + self.d_1.forward(y)
            return z + self.d_2.forward(self.words.forward(self.n_2.forward(z)))
        z = self.n_1.forward(x + self.d_1.forward(y))
        return self.n_2.forward(z + self.d_2.forward(self.words.forward(z)))

    def forward(self, x, mask=None):
        read = self.n_1.forward(x) if self.pre else x
        return self.after_attention(x, self.attention.forward(read, mask))

    def backward(self, grad_output):
        if self.pre:
            through = self.words.backward(self.d_2.backward(grad_output))
            grad_z = grad_output + self.n_2.backward(through)
            through = self.attention.backward(self.d_1.backward(grad_z))
            return grad_z + self.n_1.backward(through)
        grad_sum = self.n_2.backward(grad_output)
        grad_z = grad_sum + self.words.backward(self.d_2.backward(grad_sum))
        grad_sum = self.n_1.backward(grad_z)
        return grad_sum + self.attention.backward(self.d_1.backward(grad_sum))

    def initial_cache(self, batch_size):
        return self.attention.initial_cache(batch_size)

    def step(self, x, cache):
        read = self.n_1.forward(x) if self.pre else x
        y, after = self.attention.step(read, cache)
        return self.after_attention(x, y), after
