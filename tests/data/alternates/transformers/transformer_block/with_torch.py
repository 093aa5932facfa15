"""Functions of torch for all layers, and autograd for the whole block."""

import numpy as np
import torch
from torch.nn import functional


def gelu(z):
    return functional.gelu(z, approximate="tanh")


class Base:
    def __init__(self):
        self.parameters, self.gradients, self.training = {}, {}, True

    def add(self, name, value):
        self.parameters[name] = torch.from_numpy(np.asarray(value, dtype=float))
        self.gradients[name] = torch.zeros_like(self.parameters[name])

    def train(self):
        self.training = True

    def eval(self):
        self.training = False

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient.zero_()

    def forward(self, x, *others):
        starts = [t.detach().clone().requires_grad_() for t in (x, *self.parameters.values())]
        self.leaves = dict(zip(self.parameters, starts[1:], strict=True))
        self.x = starts[0]
        self.y = self.computed(self.leaves, self.x, *others)
        return self.y.detach().clone()

    def backward(self, grad_output):
        wanted = [self.x, *self.leaves.values()]
        grad_x, *found = torch.autograd.grad(self.y, wanted, grad_output, retain_graph=True)
        for name, gradient in zip(self.leaves, found, strict=True):
            self.gradients[name] += gradient
        return grad_x


class Gelu(Base):
    def computed(self, p, z):
        return gelu(z)


class FeedForward(Base):
    def __init__(self, features, hidden=None, *, rng):
        super().__init__()
        self.features = features
        size = 4 * features if hidden is None else hidden
        for name, shape in (("hidden", (features, size)), ("output", (size, features))):
            self.add(f"{name}.W", rng.normal(size=shape))
            self.add(f"{name}.b", np.zeros(shape[1]))

    def computed(self, p, x):
        if x.shape[-1] != self.features:
            raise ValueError("features")
        a = gelu(x @ p["hidden.W"] + p["hidden.b"])
        return a @ p["output.W"] + p["output.b"]


class TransformerBlock(Base):
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
        G = heads if key_value_heads is None else key_value_heads
        if norm not in {"pre", "post"} or not 0 < keep_probability <= 1:
            raise ValueError("norm or keep_probability")
        if heads < 1 or features % heads or G < 1 or heads % G:
            raise ValueError("heads")
        self.norm, self.p, self.causal, self.rng = norm, keep_probability, causal, rng
        self.D, self.sizes, self.d = features, (heads, G, G), features // heads
        columns = (heads + 2 * G) * self.d
        self.add("attention.W_qkv", rng.normal(scale=features**-0.5, size=(features, columns)))
        self.add("attention.W_o", rng.normal(scale=features**-0.5, size=(features, features)))
        self.words = FeedForward(features, hidden, rng=rng)
        for name, value in self.words.parameters.items():
            self.add(f"feed_forward.{name}", value.numpy() * len(value) ** -0.5)
        for name in ("norm_1", "norm_2"):
            self.add(f"{name}.gamma", np.ones(features))
            self.add(f"{name}.beta", np.zeros(features))

    def heads_of(self, p, x):
        z = (x @ p["attention.W_qkv"]).reshape(*x.shape[:2], -1, self.d).transpose(1, 2)
        return z.split(self.sizes, dim=1)

    def attended(self, p, q, k, v, allowed):
        k, v = (part.repeat_interleave(self.sizes[0] // self.sizes[1], 1) for part in (k, v))
        scores = (q @ k.mT / self.d**0.5).masked_fill(~allowed, torch.finfo(q.dtype).min)
        means = (scores.softmax(-1) * allowed) @ v
        return means.transpose(1, 2).flatten(2) @ p["attention.W_o"]

    def dropped(self, x):
        if not self.training:
            return x
        return x * torch.from_numpy(self.rng.random(x.shape) < self.p) / self.p

    def normalized(self, p, i, x):
        shape = (self.D,)
        return functional.layer_norm(x, shape, p[f"norm_{i}.gamma"], p[f"norm_{i}.beta"])

    def both(self, p, x, attend):
        if x.ndim != 3 or x.shape[1] == 0 or x.shape[2] != self.D:
            raise ValueError("x")

        def feed_forward(z):
            own = {name: p[f"feed_forward.{name}"] for name in self.words.parameters}
            return self.words.computed(own, z)

        for i, layer in ((1, attend), (2, feed_forward)):
            if self.norm == "pre":
                x = x + self.dropped(layer(self.normalized(p, i, x)))
            else:
                x = self.normalized(p, i, x + self.dropped(layer(x)))
        return x

    def computed(self, p, x, mask=None):
        N, T = x.shape[:2]
        allowed = torch.ones(N, 1, T, T, dtype=torch.bool)
        if mask is not None:
            if tuple(mask.shape) not in {(N, T), (N, T, T)}:
                raise ValueError("mask")
            allowed = allowed & mask.reshape(N, 1, -1, T)
        if self.causal:
            allowed = allowed.tril()
        return self.both(p, x, lambda z: self.attended(p, *self.heads_of(p, z), allowed))

    def initial_cache(self, batch_size):
        empty = torch.zeros(batch_size, self.sizes[1], 0, self.d, dtype=torch.float64)
        return empty, empty.clone()

    def step(self, x, cache):
        if not self.causal or len(cache[0]) != len(x):
            raise ValueError("causal, or the cache")
        p, after = self.parameters, []

        def attend(z):
            q, *new = self.heads_of(p, z)
            after.extend(torch.cat([old, part], 2) for old, part in zip(cache, new, strict=True))
            T, S = z.shape[1], cache[0].shape[2]
            allowed = torch.ones(T, S + T, dtype=torch.bool).tril(S)
            return self.attended(p, q, *after, allowed)

        return self.both(p, x, attend), tuple(after)
