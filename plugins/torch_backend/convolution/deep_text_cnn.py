"""The very deep network on characters, with torch tensors.

Source: CS224n lecture 11, sections 3.5, 4.1 to 4.4; Conneau et al., "Very Deep Convolutional
Networks for Text Classification" (2017); He et al., "Deep Residual Learning for Image Recognition"
(2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from framework.models.parts import part
from plugins.torch_backend.arrays import to_tensor
from plugins.torch_backend.shared.chains import (
    EmbeddedChain,
    Flatten,
    backward_through,
    forward_through,
)
from plugins.torch_backend.shared.model import PAD

#: Depth, counted in convolutions of width 3, and how many blocks each of the four stages has.
BLOCKS = {9: (1, 1, 1, 1), 17: (2, 2, 2, 2), 29: (5, 5, 2, 2), 49: (8, 8, 5, 3)}


class ConvBlock(Model):
    """y = ReLU(norm_2(conv_2(ReLU(norm_1(conv_1(x))))) + shortcut), width 3, the length is kept.

    The shortcut is x, by a 1×1 convolution where D ≠ C; without one it is left out.
    """

    def __init__(
        self, in_channels: int, channels: int, shortcut: bool = True, *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        D, C = in_channels, channels
        self.shortcut = shortcut
        conv_1 = self.add_child("conv_1", part("conv1d")(D, C, 3, padding=1, rng=rng))
        norm_1 = self.add_child("norm_1", part("batch_norm1d")(C))
        conv_2 = self.add_child("conv_2", part("conv1d")(C, C, 3, padding=1, rng=rng))
        norm_2 = self.add_child("norm_2", part("batch_norm1d")(C))
        relu_1 = self.add_child("relu_1", part("relu")())
        self.relu_2 = self.add_child("relu_2", part("relu")())
        self.project: Any = None
        if shortcut and D != C:
            self.project = self.add_child("project", part("pointwise_conv")(D, C, rng=rng))
        self.path = (conv_1, norm_1, relu_1, conv_2, norm_2)

    def forward(self, x: Tensor) -> Tensor:
        """Return y `(N, T, C)` for `x: (N, T, D)`."""
        x = to_tensor(x)
        z = forward_through(self.path, x)
        if self.shortcut:
            z = z + (x if self.project is None else self.project.forward(x))
        return torch.as_tensor(self.relu_2.forward(z))

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return grad_x `(N, T, D)` for the gradient of y `(N, T, C)`."""
        grad_sum = self.relu_2.backward(grad_output)
        grad_x = backward_through(self.path, grad_sum)
        if not self.shortcut:
            return grad_x
        around: Tensor = grad_sum if self.project is None else self.project.backward(grad_sum)
        return grad_x + around


class DeepTextCNN(EmbeddedChain):
    """VD-CNN: characters, blocks in four stages, k-max pooling, three layers on top.

    Each stage but the first is half as long as the one before it, and has twice as many maps.
    """

    def __init__(
        self,
        vocabulary_size: int,
        classes: int,
        length: int,
        depth: int = 9,
        maps: int = 64,
        *,
        embedding_size: int = 16,
        hidden_size: int = 2048,
        k: int = 8,
        shortcut: bool = True,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        if depth not in BLOCKS:
            raise ValueError(f"depth is one of {', '.join(map(str, BLOCKS))}, but got {depth}")
        if length < 1:
            raise ValueError(f"length is at least 1, but got {length}")
        V, E, M, H = vocabulary_size, embedding_size, maps, hidden_size
        self.vocabulary_size, self.length = V, length
        self.add_parameter("embedding", rng.normal(size=(V, E)))
        self.add_layer("conv", part("conv1d")(E, M, 3, padding=1, rng=rng))
        self._add_stages(BLOCKS[depth], M, shortcut, rng)
        self.add_layer("k_max", part("k_max_pool")(k))
        self.layers.append(Flatten())
        self._add_head((8 * M * k, H, H, classes), rng)

    def _add_stages(
        self, blocks: Sequence[int], maps: int, shortcut: bool, rng: np.random.Generator
    ) -> None:
        """Add the blocks, with max pooling of 3 steps and stride 2 before each later stage."""
        channels, number = maps, 0
        for stage, count in enumerate(blocks, start=1):
            if stage > 1:
                self.add_layer(f"pool_{stage}", part("local_max_pool")(3, 2))
            for _ in range(count):
                number += 1
                made = maps * 2 ** (stage - 1)
                self.add_layer(f"block_{number}", ConvBlock(channels, made, shortcut, rng=rng))
                channels = made

    def _add_head(self, sizes: Sequence[int], rng: np.random.Generator) -> None:
        """Add three affine layers, with a ReLU after the first two."""
        for i, name in enumerate(("hidden_1", "hidden_2", "output")):
            self.add_layer(name, part("affine")(sizes[i], sizes[i + 1], rng=rng))
            if name != "output":
                self.add_layer(f"relu_{i + 1}", part("relu")())

    def _prepared(self, ids: Tensor) -> Tensor:
        """Return the texts cut or padded at the end; a negative padding cuts."""
        return functional.pad(ids, (0, self.length - ids.shape[1]), value=PAD)
