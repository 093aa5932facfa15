"""Layers in tuples and a private function that runs them; warnings are errors."""

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part

np.seterr(all="raise", under="ignore")
PAD = 0
BLOCKS = {9: (1, 1, 1, 1), 17: (2, 2, 2, 2), 29: (5, 5, 2, 2), 49: (8, 8, 5, 3)}


def _up(layers, x):
    for layer in layers:
        x = layer.forward(x)
    return x


def _down(layers, grad):
    for layer in layers[::-1]:
        grad = layer.backward(grad)
    return grad


class ConvBlock(Model):
    def __init__(self, in_channels, channels, shortcut=True, *, rng):
        super().__init__()
        D, C = in_channels, channels
        self.shortcut = shortcut
        made = {
            "conv_1": part("conv1d")(D, C, 3, padding=1, rng=rng),
            "norm_1": part("batch_norm1d")(C),
            "relu_1": part("relu")(),
            "conv_2": part("conv1d")(C, C, 3, padding=1, rng=rng),
            "norm_2": part("batch_norm1d")(C),
        }
        self.path = tuple(self.add_child(name, layer) for name, layer in made.items())
        self.last = self.add_child("relu_2", part("relu")())
        self.around = ()
        if shortcut and D != C:
            self.around = (self.add_child("project", part("pointwise_conv")(D, C, rng=rng)),)

    def forward(self, x):
        z = _up(self.path, x)
        return self.last.forward(z + _up(self.around, x) if self.shortcut else z)

    def backward(self, grad_output):
        grad = self.last.backward(grad_output)
        grad_x = _down(self.path, grad)
        return grad_x + _down(self.around, grad) if self.shortcut else grad_x


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
        if depth not in BLOCKS or length < 1:
            raise ValueError(f"depth {depth}, length {length}")
        V, E, M, H = vocabulary_size, embedding_size, maps, hidden_size
        self.V, self.length = V, length
        self.add_parameter("embedding", rng.normal(size=(V, E)))
        conv = self.add_child("conv", part("conv1d")(E, M, 3, padding=1, rng=rng))
        stages = self._stages(BLOCKS[depth], M, shortcut, rng)
        self.trunk = (conv, *stages, self.add_child("k_max", part("k_max_pool")(k)))
        self.head, sizes = [], (8 * M * k, H, H, classes)
        for i, name in enumerate(("hidden_1", "hidden_2", "output")):
            affine = part("affine")(sizes[i], sizes[i + 1], rng=rng)
            self.head.append(self.add_child(name, affine))
            if name != "output":
                self.head.append(self.add_child(f"relu_{i + 1}", part("relu")()))

    def _stages(self, blocks, maps, shortcut, rng):
        layers, number, D = [], 0, maps
        for stage, count in enumerate(blocks, start=1):
            C = maps * 2 ** (stage - 1)
            if stage > 1:
                pool = part("local_max_pool")(3, 2)
                layers.append(self.add_child(f"pool_{stage}", pool))
            for _ in range(count):
                number += 1
                block = ConvBlock(D, C, shortcut, rng=rng)
                layers.append(self.add_child(f"block_{number}", block))
                D = C
        return layers

    def forward(self, ids):
        if ids.size and (ids.min() < 0 or ids.max() >= self.V):
            raise IndexError("a character without a row")
        self.ids = self._of_fixed_length(ids)
        pooled = _up(self.trunk, self.parameters["embedding"][self.ids])
        self.shape = pooled.shape
        return _up(self.head, pooled.reshape(len(pooled), -1))

    def _of_fixed_length(self, ids):
        result = np.full((len(ids), self.length), PAD)
        T = min(ids.shape[1], self.length)
        result[:, :T] = ids[:, :T]
        return result

    def backward(self, grad_logits):
        grad = _down(self.head, grad_logits).reshape(self.shape)
        np.add.at(self.gradients["embedding"], self.ids, _down(self.trunk, grad))
