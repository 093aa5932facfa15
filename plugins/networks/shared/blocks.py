"""Building blocks of networks: flattening, embeddings, positions, chains, padding."""

from __future__ import annotations

from typing import Any

from framework.arrays import Arrays
from framework.interfaces import Model
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
    """The rows of a table, its parameter ``embedding``, for ids.

    Args:
        table: the initial vectors `(V, E)`.
    """

    def __init__(self, table: Any) -> None:
        super().__init__()
        self.add_parameter("embedding", table)

    def forward(self, ids: Any) -> Any:
        """Return the vectors `(..., E)` of `ids: (...)`.

        Raises:
            IndexError: an id that is no row of the table.
        """
        self._ids = self._arrays.asarray(ids)
        return self._arrays.rows(self.parameters["embedding"], self._ids)

    def backward(self, grad_output: Any) -> None:
        """Add the gradients of the vectors to those of the table."""
        self._arrays.add_rows(self.gradients, "embedding", self._ids, grad_output)


class Sinusoids(Model):
    """x + p: words `(N, T, D)` with the sinusoids of their positions.

    Source: Vaswani et al., "Attention Is All You Need" (2017), section 3.5.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sinusoidal = part("sinusoidal")

    def forward(self, x: Any, start: int = 0) -> Any:
        """Return `x`, the first word of which has the position `start`, with its positions."""
        _, T, D = x.shape
        table = self._sinusoidal(start + T, D + D % 2)[start:, :D]  # an odd D drops a cosine
        return x + self._arrays.astype(self._arrays.asarray(table), x.dtype)

    def backward(self, grad_output: Any) -> Any:
        """Return the gradient of x."""
        return grad_output


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


def padded(x: Any, before: int, after: int, arrays: Arrays) -> Any:
    """Return `x: (N, T, ...)`, T ≥ 1, with zeros before and after it in time.

    Args:
        x: an array of `arrays`.
        before: the number of zeros before each text.
        after: the number of zeros after it.
        arrays: of the backend.
    """
    if not (before or after):
        return x
    xp, (N, _, *others) = arrays.namespace, x.shape
    zeros = [xp.zeros_like(xp.broadcast_to(x[:, :1], (N, n, *others))) for n in (before, after)]
    return xp.concatenate([zeros[0], x, zeros[1]], 1)
