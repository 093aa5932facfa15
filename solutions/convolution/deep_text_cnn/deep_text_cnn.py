"""A very deep network on characters: CS224n lecture 11, 4.1 to 4.4; Conneau et al. (2017)."""

from __future__ import annotations

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0

#: Depth (the number of convolutions of width 3) -> number of blocks in each of the four stages.
BLOCKS = {9: (1, 1, 1, 1), 17: (2, 2, 2, 2), 29: (5, 5, 2, 2), 49: (8, 8, 5, 3)}


class ConvBlock(Model):
    """Two convolutions of width 3, each followed by a batch norm, and a shortcut around both.

    Args:
        in_channels, channels: D, and C, the number of filters of both convolutions.
        shortcut: whether x is added before the last ReLU, by a 1×1 convolution where D ≠ C.

    Parameters: those of the parts, as conv_1.NAME, norm_1.NAME, conv_2.NAME, norm_2.NAME, and
    project.NAME if the shortcut needs a 1×1 convolution.
    """

    def __init__(
        self, in_channels: int, channels: int, shortcut: bool = True, *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        D, C = in_channels, channels
        self.shortcut = shortcut
        self.conv_1 = self.add_child("conv_1", part("conv1d")(D, C, 3, padding=1, rng=rng))
        self.norm_1 = self.add_child("norm_1", part("batch_norm1d")(C))
        self.conv_2 = self.add_child("conv_2", part("conv1d")(C, C, 3, padding=1, rng=rng))
        self.norm_2 = self.add_child("norm_2", part("batch_norm1d")(C))
        self.relu_1 = self.add_child("relu_1", part("relu")())
        self.relu_2 = self.add_child("relu_2", part("relu")())
        self.project: Model | None = None
        if shortcut and D != C:
            self.project = self.add_child("project", part("pointwise_conv")(D, C, rng=rng))
        self.path = [self.conv_1, self.norm_1, self.relu_1, self.conv_2, self.norm_2]

    def forward(self, x: Array) -> Array:
        """Return y `(N, T, C)` for `x: (N, T, D)`."""
        # BEGIN SOLUTION: self.path gives z_2; add the shortcut; then self.relu_2
        z = x
        for layer in self.path:
            z = layer.forward(z)
        if self.shortcut:
            z = z + (self.project.forward(x) if self.project else x)
        return self.relu_2.forward(z)
        # END SOLUTION

    def backward(self, grad_output: Array) -> Array:
        """Add all gradients for `grad_output: (N, T, C)`; return that of x `(N, T, D)`."""
        # BEGIN SOLUTION
        grad_sum = self.relu_2.backward(grad_output)
        grad_x = grad_sum  # of s = z_2 + x: ∂x is ∂s along the path, plus ∂s around it
        for layer in reversed(self.path):
            grad_x = layer.backward(grad_x)
        if self.shortcut:
            grad_x = grad_x + (self.project.backward(grad_sum) if self.project else grad_sum)
        return grad_x
        # END SOLUTION


class DeepTextCNN(Model):
    """A very deep network: characters, blocks in four stages, k-max pooling, three affine layers.

    Args:
        vocabulary_size, classes: V, the number of characters with the padding (0), and C.
        length: s, the number of characters that the network reads of each text.
        depth, shortcut: a key of `BLOCKS`, and whether the blocks have shortcuts.
        maps: M, the number of maps of the first stage; each later stage has twice the maps.
        embedding_size, hidden_size: E and H.
        k: number of values of each map that k-max pooling keeps.

    Parameters: embedding `(V, E)`, conv.W `(3, E, M)`, conv.b `(M,)`, those of the blocks as
    block_1.NAME, block_2.NAME, ..., hidden_1.W `(8kM, H)`, hidden_1.b, hidden_2.W `(H, H)`,
    hidden_2.b, output.W `(H, C)`, output.b.
    Raises: ValueError if `depth` is no key of `BLOCKS`, or `length` is not positive.
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
        self.conv = self.add_child("conv", part("conv1d")(E, M, 3, padding=1, rng=rng))
        self.trunk = [self.conv, *self._stages(BLOCKS[depth], M, shortcut, rng)]
        self.trunk.append(self.add_child("k_max", part("k_max_pool")(k)))
        self.head = self._head((8 * M * k, H, H, classes), rng)

    def _stages(
        self, blocks: tuple[int, ...], maps: int, shortcut: bool, rng: np.random.Generator
    ) -> list[Model]:
        """Return the layers of all stages in order, and add each as a child.

        The blocks are ``block_1``, ``block_2``, ... through all stages, in the order of their
        weights in `rng`; the poolings before the stages 2, 3, ... are ``pool_2``, ``pool_3``, ...
        """
        # BEGIN SOLUTION: `self.add_child(name, ConvBlock(...))`, and part("local_max_pool")(3, 2)
        layers: list[Model] = []
        channels, number = maps, 0
        for stage, count in enumerate(blocks, start=1):
            if stage > 1:
                layers.append(self.add_child(f"pool_{stage}", part("local_max_pool")(3, 2)))
            for _ in range(count):
                number += 1
                block = ConvBlock(channels, maps * 2 ** (stage - 1), shortcut, rng=rng)
                layers.append(self.add_child(f"block_{number}", block))
                channels = maps * 2 ** (stage - 1)
        return layers
        # END SOLUTION

    def _head(self, sizes: tuple[int, int, int, int], rng: np.random.Generator) -> list[Model]:
        """Given: return three affine layers of these sizes, with a ReLU after the first two."""
        names = ("hidden_1", "hidden_2", "output")
        hidden_1, hidden_2, output = (
            self.add_child(name, part("affine")(D, H, rng=rng))
            for name, D, H in zip(names, sizes, sizes[1:], strict=False)
        )
        relu_1, relu_2 = (self.add_child(name, part("relu")()) for name in ("relu_1", "relu_2"))
        return [hidden_1, relu_1, hidden_2, relu_2, output]

    def forward(self, ids: Array) -> Array:
        """Return the scores `(N, C)` of texts of characters, `ids: (N, T)`.

        Raises: IndexError if an id is outside 0 ... V−1.
        """
        _check_ids(ids, self.vocabulary_size)
        # BEGIN SOLUTION: ids of length s; embedding; self.trunk; one row per text; self.head
        self._ids = self._of_fixed_length(ids)
        x = self.parameters["embedding"][self._ids]
        for layer in self.trunk:
            x = layer.forward(x)
        self._pooled_shape = x.shape  # (N, k, 8M)
        x = x.reshape(len(x), -1)
        for layer in self.head:
            x = layer.forward(x)
        return x
        # END SOLUTION

    def _of_fixed_length(self, ids: Array) -> Array:
        """Return `ids: (N, T)` as `(N, s)`: cut at the end, or padded there with `PAD`."""
        # BEGIN SOLUTION
        ids = ids[:, : self.length]
        missing = self.length - ids.shape[1]
        return np.pad(ids, ((0, 0), (0, missing)), constant_values=PAD)
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, C)` to `gradients`; returns nothing."""
        # BEGIN SOLUTION
        grad = grad_logits
        for layer in reversed(self.head):
            grad = layer.backward(grad)
        grad = grad.reshape(self._pooled_shape)
        for layer in reversed(self.trunk):
            grad = layer.backward(grad)
        np.add.at(self.gradients["embedding"], self._ids, grad)
        # END SOLUTION


def _check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an error if an id has no row in the embedding."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
