"""A trunk that calls itself for what is left of it; one-hot rows instead of a table look-up."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

BLOCKS = {9: (1, 1, 1, 1), 17: (2, 2, 2, 2), 29: (5, 5, 2, 2), 49: (8, 8, 5, 3)}


class Chain(Model):
    """Layers one behind the other, known by their names."""

    def __init__(self, **layers):
        super().__init__()
        self.layers = list(layers.values())
        for name, layer in layers.items():
            self.add_child(name, layer)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)
        return grad


class ConvBlock(Chain):
    def __init__(self, in_channels, channels, shortcut=True, *, rng):
        relu, norm, conv = part("relu"), part("batch_norm1d"), part("conv1d")
        layers = {
            "conv_1": conv(in_channels, channels, 3, padding=1, rng=rng),
            "norm_1": norm(channels),
            "relu": relu(),
            "conv_2": conv(channels, channels, 3, padding=1, rng=rng),
            "norm_2": norm(channels),
        }
        super().__init__(**layers)
        self.way = None
        if shortcut:
            self.way = Chain()
            if in_channels != channels:
                self.way.layers = [part("pointwise_conv")(in_channels, channels, rng=rng)]
                self.add_child("project", self.way.layers[0])

    def forward(self, x):
        total = super().forward(x)
        if self.way is not None:
            total = total + self.way.forward(x)
        self.passed = (total > 0).astype(total.dtype)
        return total * self.passed

    def backward(self, grad):
        grad = self.passed * grad
        through = super().backward(grad)
        return through if self.way is None else through + self.way.backward(grad)


class DeepTextCNN(Model):
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
        super().__init__()
        if depth not in BLOCKS:
            raise ValueError("unknown depth")
        if length <= 0:
            raise ValueError("no length")
        self.length, self.k, self.shortcut, self.rng = length, k, shortcut, rng
        self.add_parameter("embedding", rng.normal(size=(vocabulary_size, embedding_size)))
        first = part("conv1d")(embedding_size, maps, 3, padding=1, rng=rng)
        self.trunk = [self.add_child("conv", first), *self.rest(BLOCKS[depth], maps, maps, 1)]
        self.head = []
        sizes = [8 * maps * k, hidden_size, hidden_size, classes]
        for i, name in enumerate(["hidden_1", "hidden_2", "output"]):
            layer = part("affine")(sizes[i], sizes[i + 1], rng=rng)
            self.head += [self.add_child(name, layer), part("relu")()]
        self.head.pop()

    def rest(self, blocks, read, made, number):
        """Layers of the stages that are left, the k-max pooling behind the last."""
        if not any(blocks):
            return [part("k_max_pool")(self.k)]
        if blocks[0] == 0:
            return [part("local_max_pool")(3, 2), *self.rest(blocks[1:], read, 2 * made, number)]
        block = ConvBlock(read, made, self.shortcut, rng=self.rng)
        self.add_child(f"block_{number}", block)
        fewer = (blocks[0] - 1, *blocks[1:])
        return [block, *self.rest(fewer, made, made, number + 1)]

    def forward(self, ids):
        table = self.parameters["embedding"]
        if np.any(ids < 0) or np.any(ids >= len(table)):
            raise IndexError("no such character")
        padding = np.zeros((len(ids), self.length), ids.dtype)
        ids = np.concatenate([ids, padding], axis=1)[:, : self.length]
        self.one_hot = np.eye(len(table), dtype=table.dtype)[ids]
        x = self.one_hot @ table
        for layer in self.trunk:
            x = layer.forward(x)
        self.pooled = x
        x = x.reshape(len(ids), -1)
        for layer in self.head:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in self.head[::-1]:
            grad = layer.backward(grad)
        grad = grad.reshape(self.pooled.shape)
        for layer in self.trunk[::-1]:
            grad = layer.backward(grad)
        self.gradients["embedding"] += np.einsum("ntv,nte->ve", self.one_hot, grad)
