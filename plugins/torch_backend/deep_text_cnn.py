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
from plugins.torch_backend.model import checked_ids

PAD = 0

#: Depth, counted in convolutions of width 3, and how many blocks each of the four stages has.
BLOCKS = {9: (1, 1, 1, 1), 17: (2, 2, 2, 2), 29: (5, 5, 2, 2), 49: (8, 8, 5, 3)}


class ConvBlock(Model):
    """y = ReLU(norm_2(conv_2(ReLU(norm_1(conv_1(x))))) + shortcut), width 3, the length is kept.

    Of the parts only their interface is used.

    Args:
        in_channels: D.
        channels: C.
        shortcut: whether x is added; by a 1×1 convolution where D ≠ C.
        rng: draws the initial weights.

    Parameters:
        ``conv_1.NAME``, ``norm_1.NAME``, ``conv_2.NAME``, ``norm_2.NAME``, and ``project.NAME`` if
        there is a 1×1 convolution.
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
        z = _through(self.path, x)
        if self.shortcut:
            z = z + (x if self.project is None else self.project.forward(x))
        y: Tensor = self.relu_2.forward(z)
        return y

    def backward(self, grad_output: Tensor) -> Tensor:
        """Return grad_x `(N, T, D)` for the gradient of y `(N, T, C)`."""
        grad_sum: Tensor = self.relu_2.backward(grad_output)
        grad_x = _back_through(self.path, grad_sum)
        if self.shortcut:
            around = grad_sum if self.project is None else self.project.backward(grad_sum)
            grad_x = grad_x + around
        return grad_x


class DeepTextCNN(Model):
    """VD-CNN: characters, blocks in four stages, k-max pooling, three layers on top.

    Args:
        vocabulary_size: V, padding (0) among them.
        classes: C.
        length: s; longer texts are cut there, shorter ones filled up with `PAD`.
        depth: a key of `BLOCKS`.
        maps: M, of the first stage; each further stage is half as long and has twice as many.
        embedding_size: E.
        hidden_size: H.
        k: how many numbers of each map are left.
        shortcut: whether the blocks have ways around them.
        rng: draws the initial weights.

    Parameters:
        embedding `(V, E)`, conv.W `(3, E, M)`, conv.b `(M,)`, ``block_1.NAME``, ``block_2.NAME``,
        ..., hidden_1.W `(8kM, H)`, hidden_1.b, hidden_2.W `(H, H)`, hidden_2.b, output.W `(H, C)`,
        output.b.

    Raises:
        ValueError: `depth` is no key of `BLOCKS`, or `length` is not positive.
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
        self.trunk = [self.add_child("conv", part("conv1d")(E, M, 3, padding=1, rng=rng))]
        self._add_stages(BLOCKS[depth], M, shortcut, rng)
        self.trunk.append(self.add_child("k_max", part("k_max_pool")(k)))
        self.head: list[Any] = []
        self._add_head((8 * M * k, H, H, classes), rng)

    def _add_stages(
        self, blocks: Sequence[int], maps: int, shortcut: bool, rng: np.random.Generator
    ) -> None:
        """Blocks, and before each stage but the first a maximum of 3 steps, every second step."""
        channels, number = maps, 0
        for stage, count in enumerate(blocks, start=1):
            if stage > 1:
                pool = part("local_max_pool")(3, 2)
                self.trunk.append(self.add_child(f"pool_{stage}", pool))
            for _ in range(count):
                number += 1
                made = maps * 2 ** (stage - 1)
                block = ConvBlock(channels, made, shortcut, rng=rng)
                self.trunk.append(self.add_child(f"block_{number}", block))
                channels = made

    def _add_head(self, sizes: Sequence[int], rng: np.random.Generator) -> None:
        """Three affine layers, a ReLU behind the first two."""
        for i, name in enumerate(("hidden_1", "hidden_2", "output")):
            affine = part("affine")(sizes[i], sizes[i + 1], rng=rng)
            self.head.append(self.add_child(name, affine))
            if name != "output":
                self.head.append(self.add_child(f"relu_{i + 1}", part("relu")()))

    def forward(self, ids: Tensor) -> Tensor:
        """Logits `(N, C)` of the characters `ids: (N, T)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        ids = checked_ids(ids, self.vocabulary_size)
        # A negative number of ids to add takes away.
        self._ids = functional.pad(ids, (0, self.length - ids.shape[1]), value=PAD)
        x = _through(self.trunk, functional.embedding(self._ids, self.parameters["embedding"]))
        self._pooled_shape = x.shape
        return _through(self.head, x.flatten(1))

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> None:
        """Back through all layers down to the vectors of the characters.

        Args:
            grad_logits: `(N, C)`. Not modified.
        """
        grad = _back_through(self.head, grad_logits).view(self._pooled_shape)
        grad = _back_through(self.trunk, grad)
        self.gradients["embedding"].index_add_(0, self._ids.flatten(), grad.flatten(0, 1))


def _through(layers: Sequence[Any], x: Tensor) -> Tensor:
    for layer in layers:
        x = layer.forward(x)
    return x


def _back_through(layers: Sequence[Any], grad: Tensor) -> Tensor:
    for layer in reversed(layers):
        grad = layer.backward(grad)
    return grad
