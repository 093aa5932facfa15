"""Networks that only compose: written once over the parts and operators of any backend.

A backend brings layers, and offers these networks under the names of its exercises. Nothing here
names an array library: glue is differentiated by the arrays in force (`DifferentiatedModel`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from framework.interfaces import Model
from framework.models.differentiated import DifferentiatedModel
from framework.models.parts import part

#: The id of padding.
PAD = 0


class Function(DifferentiatedModel):
    """A differentiable function of one array, without parameters."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.compute = lambda parameters, x: function(x)


class Embedding(DifferentiatedModel):
    """The rows of a table, its parameter ``embedding``, for ids."""

    def __init__(
        self, words: int, size: int, scale: float = 0.1, *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        self.add_parameter("embedding", rng.normal(scale=scale, size=(words, size)))

    def forward(self, ids: Any) -> Any:
        """Return the vectors `(..., E)` of `ids: (...)`.

        Raises:
            IndexError: an id that is no row of the table.
        """
        self.check(ids)
        return super().forward(ids)

    def check(self, ids: Any) -> None:
        """Raise an IndexError for an id that is no row of the table."""
        size = self.parameters["embedding"].shape[0]
        if 0 not in ids.shape and not (ids.min() >= 0 and ids.max() < size):
            bounds = f"{ids.min()} ... {ids.max()}"
            raise IndexError(f"ids must lie in 0 ... {size - 1}, but these lie in {bounds}")

    @staticmethod
    def compute(parameters: Any, ids: Any) -> Any:
        """Return the rows."""
        return parameters["embedding"][ids]


class Scores(DifferentiatedModel):
    """Scores h W + b with parameters of the given names."""

    def __init__(
        self, size: int, classes: int, W: str = "U", b: str = "b_2", *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        self.add_parameter(W, rng.normal(scale=size**-0.5, size=(size, classes)))
        self.add_parameter(b, np.zeros(classes))

    @staticmethod
    def compute(parameters: Any, h: Any) -> Any:
        """Return h W + b."""
        W, b = sorted(parameters.values(), key=lambda array: -array.ndim)
        return h @ W + b


class Chain(Model):
    """Layers, each of which reads what the one before it returns.

    With `ids` the first one is an `Embedding`, and `backward` returns nothing.
    """

    def __init__(self, ids: bool = False) -> None:
        super().__init__()
        self._reads_ids = ids
        self.layers: list[Any] = []

    def add_layer(self, name: str, layer: Any) -> Any:
        """Append `layer`, the part `name`, to the chain, and return it."""
        self.layers.append(self.add_child(name, layer))
        return layer

    def forward(self, x: Any) -> Any:
        """Return the output of the last layer."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad_output: Any) -> Any:
        """Return the gradient of the first layer's input."""
        for layer in reversed(self.layers):
            grad_output = layer.backward(grad_output)
        return None if self._reads_ids else grad_output


class WindowClassifier(Chain):
    """logits = h U + b₂ with h = f(x W + b), where x is the vectors of a window side by side.

    Source: CS224n notes part III, sections 1.2 to 1.4.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        window: int,
        hidden_size: int,
        classes: int,
        activation: str = "tanh",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__(ids=True)
        self.vocabulary_size, self.width = vocabulary_size, 2 * window + 1
        E, H = embedding_size, hidden_size
        self.add_layer("_embedding", Embedding(vocabulary_size, E, rng=rng))
        self.add_layer("_flat", Function(flat))
        self.add_layer("hidden", part("affine")(self.width * E, H, rng=rng))
        self.add_layer("f", part(activation)())
        self.add_layer("output", part("affine")(H, classes, rng=rng))

    def forward(self, ids: Any) -> Any:
        """Return the logits `(N, C)` of the windows `ids: (N, 2m + 1)`.

        Raises:
            ValueError: the windows have another width.
            IndexError: an id that is no row of the table.
        """
        if tuple(ids.shape[1:]) != (self.width,):
            shape = tuple(ids.shape)
            raise ValueError(f"windows are (N, {self.width}) ids here, but these are {shape}")
        return super().forward(ids)


class Residual(Model):
    """y = x + f(x).

    Source: He et al., "Deep Residual Learning for Image Recognition" (2015).
    """

    def __init__(self, f: Any) -> None:
        super().__init__()
        self.f = self.add_child("f", f)

    def forward(self, x: Any) -> Any:
        """Return x + f(x).

        Raises:
            ValueError: f(x) has another shape than x.
        """
        change = self.f.forward(x)
        if change.shape != x.shape:
            made, given = tuple(change.shape), tuple(x.shape)
            raise ValueError(f"f makes {made} of {given}: that cannot be added to x")
        return x + change

    def backward(self, grad_output: Any) -> Any:
        """Return the gradient of x, around f and through it."""
        return grad_output + self.f.backward(grad_output)


class DenseConnection(Model):
    """y = [x, f(x)] in the last axis.

    Source: Huang et al., "Densely Connected Convolutional Networks" (2017).
    """

    def __init__(self, f: Any) -> None:
        super().__init__()
        self.f = self.add_child("f", f)

    def forward(self, x: Any) -> Any:
        """Return y `(..., D + H)` for `x: (..., D)`."""
        self._D = x.shape[-1]
        return self._arrays.namespace.concatenate([x, self.f.forward(x)], -1)

    def backward(self, grad_output: Any) -> Any:
        """Return the gradient of x, around f and through it."""
        return grad_output[..., : self._D] + self.f.backward(grad_output[..., self._D :])


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
BLOCKS = {9: (1, 1, 1, 1), 17: (2, 2, 2, 2), 29: (5, 5, 2, 2)}


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
        if depth not in BLOCKS or length < 1:
            known = ", ".join(map(str, BLOCKS))
            raise ValueError(f"depth is one of {known}, length ≥ 1, not {depth} and {length}")
        self.vocabulary_size, self.length = vocabulary_size, length
        E, M, H = embedding_size, maps, hidden_size
        self.add_layer("_embedding", Embedding(vocabulary_size, E, 1.0, rng=rng))
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
        self.add_layer("_flat", Function(flat))
        for i, (D, C) in enumerate([(8 * M * k, H), (H, H)], start=1):
            self.add_layer(f"hidden_{i}", part("affine")(D, C, rng=rng))
            self.add_layer(f"relu_{i}", part("relu")())
        self.add_layer("output", part("affine")(H, classes, rng=rng))

    def forward(self, ids: Any) -> Any:
        """Return the logits `(N, C)` of the characters `ids: (N, T)`, cut or padded to `length`.

        Raises:
            IndexError: an id that is no row of the table.
        """
        self.layers[0].check(ids)
        ids = ids[:, : self.length]
        padding = self.length - ids.shape[1]
        if padding:
            columns = np.full((ids.shape[0], padding), PAD, np.int64)
            parts = [ids, self._arrays.from_numpy(columns)]
            ids = self._arrays.namespace.concatenate(parts, -1)
        return super().forward(ids)


def flat(x: Any) -> Any:
    """Return `x: (N, ...)` as `(N, the rest)`."""
    return x.reshape(x.shape[0], -1)
