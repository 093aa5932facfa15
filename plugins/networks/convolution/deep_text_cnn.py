"""The very deep network of characters."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.models.parts import part
from plugins.networks.shared.blocks import Chain, Embedding, Flatten, padded


class ConvBlock(Chain):
    """Two convolutions with batch norms, and a shortcut around both.

    Source: Conneau et al., "Very Deep Convolutional Networks for Text Classification" (2017).
    """

    def __init__(
        self, in_channels: int, channels: int, shortcut: bool = True, *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        D, C = in_channels, channels
        self.shortcut = shortcut
        self.add_layer("conv_1", part("conv1d")(D, C, 3, padding=1, rng=rng))
        self.add_layer("norm_1", part("batch_norm1d")(C))
        conv_2 = part("conv1d")(C, C, 3, padding=1, rng=rng)
        self.add_layer("relu_1", part("relu")())
        self.add_layer("conv_2", conv_2)
        self.add_layer("norm_2", part("batch_norm1d")(C))
        self.relu_2 = self.add_child("relu_2", part("relu")())
        self.project: Any = None
        if shortcut and D != C:
            self.project = self.add_child("project", part("pointwise_conv")(D, C, rng=rng))

    def forward(self, x: Any) -> Any:
        """Return y `(N, T, C)` for `x: (N, T, D)`."""
        z = super().forward(x)
        if self.shortcut:
            z = z + (self.project.forward(x) if self.project else x)
        return self.relu_2.forward(z)

    def backward(self, grad_output: Any) -> Any:
        """Return the gradient of x, along the path and through the shortcut."""
        grad_sum = self.relu_2.backward(grad_output)
        grad_x = super().backward(grad_sum)
        if self.shortcut:
            grad_x = grad_x + (self.project.backward(grad_sum) if self.project else grad_sum)
        return grad_x


#: Depth -> blocks of each of the four stages, of a `DeepTextCNN`.
BLOCKS = {9: (1, 1, 1, 1), 17: (2, 2, 2, 2), 29: (5, 5, 2, 2), 49: (8, 8, 5, 3)}


class DeepTextCNN(Chain):
    """A very deep network of characters: blocks in four stages, k-max pooling, three affine layers.

    Source: CS224n lecture 11, section 4; Conneau et al. (2017).
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
        super().__init__(ids=True)
        if depth not in BLOCKS:
            raise ValueError(f"depth is one of {', '.join(map(str, BLOCKS))}, but got {depth}")
        if length < 1:
            raise ValueError(f"length is at least 1, but got {length}")
        self.vocabulary_size, self.length = vocabulary_size, length
        E, M, H = embedding_size, maps, hidden_size
        self.add_layer("_embedding", Embedding(rng.normal(size=(vocabulary_size, E))))
        self.add_layer("conv", part("conv1d")(E, M, 3, padding=1, rng=rng))
        channels, number = M, 0
        for stage, count in enumerate(BLOCKS[depth], start=1):
            if stage > 1:
                self.add_layer(f"pool_{stage}", part("local_max_pool")(3, 2))
            for _ in range(count):
                number, C = number + 1, M * 2 ** (stage - 1)
                self.add_layer(f"block_{number}", ConvBlock(channels, C, shortcut, rng=rng))
                channels = C
        self.add_layer("k_max", part("k_max_pool")(k))
        self.add_layer("_flat", Flatten())
        for i, (D, C) in enumerate([(8 * M * k, H), (H, H)], start=1):
            self.add_layer(f"hidden_{i}", part("affine")(D, C, rng=rng))
            self.add_layer(f"relu_{i}", part("relu")())
        self.add_layer("output", part("affine")(H, classes, rng=rng))

    def forward(self, ids: Any) -> Any:
        """Return the logits `(N, C)` of the characters `ids: (N, T)`, cut or padded to `length`.

        Raises:
            IndexError: an id that is no row of the table.
        """
        self._arrays.check_ids(ids, self.vocabulary_size)
        cut = ids[:, : self.length]
        return super().forward(padded(cut, 0, self.length - cut.shape[1], self._arrays))
