"""Plain dicts instead of `Model`; the sizes of all blocks come first, ReLUs are masks."""

from itertools import pairwise

import numpy as np

from framework.models.parts import part

BLOCKS = {9: (1, 1, 1, 1), 17: (2, 2, 2, 2), 29: (5, 5, 2, 2), 49: (8, 8, 5, 3)}


class Network:
    """Names its layers, and hands out their parameters."""

    named = ()

    def adopt(self, named):
        self.named = [*self.named, *named]
        return [layer for _, layer in named]

    def table(self, which):
        own = dict(getattr(self, "own_" + which, {}))
        for name, layer in self.named:
            own |= {f"{name}.{key}": array for key, array in getattr(layer, which).items()}
        return own

    @property
    def parameters(self):
        return self.table("parameters")

    @property
    def gradients(self):
        return self.table("gradients")

    def zero_gradients(self):
        for gradient in self.gradients.values():
            gradient[...] = 0

    def train(self):
        for _, layer in self.named:
            layer.train()

    def eval(self):
        for _, layer in self.named:
            layer.eval()


class ConvBlock(Network):
    def __init__(self, in_channels, channels, shortcut=True, *, rng):
        conv, norm = part("conv1d"), part("batch_norm1d")
        first = conv(in_channels, channels, 3, padding=1, rng=rng)
        second = conv(channels, channels, 3, padding=1, rng=rng)
        self.first, self.norm_1, self.second, self.norm_2 = self.adopt(
            [
                ("conv_1", first),
                ("norm_1", norm(channels)),
                ("conv_2", second),
                ("norm_2", norm(channels)),
            ]
        )
        self.ways = [lambda x: x] if shortcut else []
        self.back = [lambda grad: grad] if shortcut else []
        if shortcut and in_channels != channels:
            project = part("pointwise_conv")(in_channels, channels, rng=rng)
            self.adopt([("project", project)])
            self.ways, self.back = [project.forward], [project.backward]

    def forward(self, x):
        self.a = self.norm_1.forward(self.first.forward(x))
        h = np.where(self.a > 0, self.a, 0)
        self.s = sum((way(x) for way in self.ways), self.norm_2.forward(self.second.forward(h)))
        return np.where(self.s > 0, self.s, 0)

    def backward(self, grad_output):
        grad = np.where(self.s > 0, grad_output, 0)
        grad_h = self.second.backward(self.norm_2.backward(grad))
        grad_a = np.where(self.a > 0, grad_h, 0)
        through = self.first.backward(self.norm_1.backward(grad_a))
        return sum((back(grad) for back in self.back), through)


class DeepTextCNN(Network):
    def __init__(
        self,
        vocabulary_size,
        classes,
        length,
        depth=9,
        maps=64,
        *,
        embedding_size=16,
        hidden_size=2048,
        k=8,
        shortcut=True,
        rng,
    ):
        if depth not in BLOCKS or length < 1:
            raise ValueError("no such network")
        self.V, self.s = vocabulary_size, length
        table = rng.normal(size=(vocabulary_size, embedding_size))
        self.own_parameters = {"embedding": table}
        self.own_gradients = {"embedding": np.zeros_like(table)}
        made = [maps << stage for stage, count in enumerate(BLOCKS[depth]) for _ in range(count)]
        read = [maps, *made]
        first = [("conv", part("conv1d")(embedding_size, maps, 3, padding=1, rng=rng))]
        blocks = [
            (f"block_{i + 1}", ConvBlock(read[i], made[i], shortcut, rng=rng))
            for i in range(len(made))
        ]
        self.trunk = [first[0][1]]
        for (_, block), D, C in zip(blocks, [maps, *made], made, strict=False):
            self.trunk += [part("local_max_pool")(3, 2)] if D != C else []
            self.trunk.append(block)
        self.trunk.append(part("k_max_pool")(k))
        self.adopt(first + blocks)
        affine = part("affine")
        sizes = [made[-1] * k, hidden_size, hidden_size, classes]
        heads = [affine(a, b, rng=rng) for a, b in pairwise(sizes)]
        self.one, self.two, self.three = self.adopt(
            list(zip(("hidden_1", "hidden_2", "output"), heads, strict=True))
        )

    def forward(self, ids):
        if ids.size and not 0 <= ids.min() <= ids.max() < self.V:
            raise IndexError("no such character")
        self.ids = np.zeros((len(ids), self.s), dtype=ids.dtype)
        width = min(self.s, ids.shape[1])
        self.ids[:, :width] = ids[:, :width]
        x = self.own_parameters["embedding"][self.ids]
        for layer in self.trunk:
            x = layer.forward(x)
        self.shape = x.shape
        self.a = self.one.forward(x.reshape(len(ids), -1))
        self.b = self.two.forward(np.maximum(self.a, 0))
        return self.three.forward(np.maximum(self.b, 0))

    def backward(self, grad_logits):
        grad = self.three.backward(grad_logits) * (self.b > 0)
        grad = self.two.backward(grad) * (self.a > 0)
        grad = self.one.backward(grad).reshape(self.shape)
        for layer in self.trunk[::-1]:
            grad = layer.backward(grad)
        for n, t in np.ndindex(*self.ids.shape):
            self.own_gradients["embedding"][self.ids[n, t]] += grad[n, t]
