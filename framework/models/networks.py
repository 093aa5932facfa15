"""Networks that only compose: written once over the parts and operators of any backend.

A backend brings layers, and offers these networks under the names of its exercises. Nothing here
names an array library.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.arrays import Arrays, current_arrays
from framework.interfaces import Model
from framework.models.differentiated import check_forward
from framework.models.parts import part

#: The id of padding.
PAD = 0


class Flatten(Model):
    """`(N, ...)` as `(N, the rest)`."""

    def forward(self, x: Any) -> Any:
        """Return x as `(N, D)`."""
        self._shape = x.shape
        return x.reshape(x.shape[0], -1)

    def backward(self, grad_output: Any) -> Any:
        """Return the gradient in the shape of x."""
        return grad_output.reshape(self._shape)


class Embedding(Model):
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
        self._ids = ids
        return self._arrays.rows(self.parameters["embedding"], ids)

    def backward(self, grad_output: Any) -> None:
        """Add the gradients of the vectors to those of the table."""
        self._arrays.add_rows(self.gradients, "embedding", self._ids, grad_output)


class Scores(Model):
    """Scores h W + b with parameters of the given names."""

    def __init__(
        self, size: int, classes: int, W: str = "U", b: str = "b_2", *, rng: np.random.Generator
    ) -> None:
        super().__init__()
        self._names = W, b
        self.add_parameter(W, rng.normal(scale=size**-0.5, size=(size, classes)))
        self.add_parameter(b, np.zeros(classes))

    def forward(self, h: Any) -> Any:
        """Return the scores `(..., C)` of `h: (..., H)`."""
        W, b = (self.parameters[name] for name in self._names)
        self._h = h
        return h @ W + b

    def backward(self, grad_output: Any) -> Any:
        """Add the gradients of W and b; return that of h."""
        (W, b), rows = self._names, grad_output.reshape(-1, grad_output.shape[-1])
        self.gradients[W] += self._h.reshape(-1, self._h.shape[-1]).T @ rows
        self.gradients[b] += rows.sum(0)
        return grad_output @ self.parameters[W].T


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


def deltas(x: Any, W: Any, b: Any, U: Any, activation: str = "sigmoid") -> tuple[Any, Any, float]:
    """Return the error ∂s/∂z of every node of s = Uᵀ f(W x + b) for one window.

    Returns:
        the errors of the input `(D,)`, of the hidden layer `(H,)`, and of the score: 1.

    Raises:
        ValueError: the shapes do not fit.
    """
    (D, H), shapes = W.shape, [tuple(value.shape) for value in (x, b, U)]
    if shapes != [(D,), (H,), (H,)]:
        raise ValueError(
            f"W {(D, H)} needs x {(D,)}, b {(H,)} and U {(H,)}, but got {shapes[0]}, {shapes[1]} "
            f"and {shapes[2]}"
        )
    f = part(activation)()
    f.forward(x @ W + b)
    delta_2 = f.backward(U)
    return W @ delta_2, delta_2, 1.0


class WindowScorer(Model):
    """s = Uᵀ f(W x + b), a score for every window.

    Source: CS224n notes part III, sections 1.3, 1.5 and 1.6.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        activation: str = "sigmoid",
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        D, H = input_size, hidden_size
        self.input_size, self.activation = D, activation
        self.f = self.add_child("f", part(activation)())
        self.hidden = self.add_child("_hidden", part("affine")(D, H, rng=rng))
        self.add_parameter("U", rng.normal(scale=H**-0.5, size=H))

    def deltas(self, x: Any) -> tuple[Any, Any, float]:
        """Return the errors of all nodes for the window `x: (D,)`."""
        p = self.parameters
        return deltas(x, p["W"], p["b"], p["U"], self.activation)

    def forward(self, x: Any) -> Any:
        """Return the scores `(N,)` of the windows `x: (N, D)`.

        Raises:
            ValueError: `x` is not `(N, D)`.
        """
        if x.ndim != 2 or x.shape[1] != self.input_size:
            raise ValueError(f"x must be (N, {self.input_size}), but has shape {tuple(x.shape)}")
        self._a = self.f.forward(self.hidden.forward(x))
        return self._a @ self.parameters["U"]

    def backward(self, grad_s: Any) -> Any:
        """Add the gradients of W, b and U; return that of the windows, `(N, D)`."""
        check_forward(self, "_a")
        self.gradients["U"] += self._a.T @ grad_s
        return self.hidden.backward(self.f.backward(grad_s[:, None] * self.parameters["U"]))


def windows(ids: Any, size: int) -> Any:
    """Return the window `(T, 2m + 1)` of every word of `ids: (T,)`, m = `size`, with padding.

    Raises:
        ValueError: `ids` has not one axis, or `size` is negative.
    """
    if ids.ndim != 1 or size < 0:
        shape = tuple(ids.shape)
        raise ValueError(f"windows needs ids (T,) and size ≥ 0, but got {shape} and {size}")
    xp, T, width = current_arrays().namespace, len(ids), 2 * size + 1
    if not T:
        return ids.reshape(0, width)
    padding = xp.zeros_like(xp.broadcast_to(ids[:1], (size,)))
    padded = xp.concatenate([padding, ids, padding], -1)
    return xp.stack([padded[k : k + T] for k in range(width)], 1)


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
        self.add_layer("_flat", Flatten())
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
        return super().forward(padded(ids[:, : self.length], self.length, self._arrays))


def padded(ids: Any, length: int, arrays: Arrays) -> Any:
    """Return `ids: (N, T)`, 1 ≤ T ≤ `length`, with padding at the end, `(N, length)`."""
    N, T = ids.shape
    if length == T:
        return ids
    xp = arrays.namespace
    return xp.concatenate([ids, xp.zeros_like(xp.broadcast_to(ids[:, :1], (N, length - T)))], -1)
