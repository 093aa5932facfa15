"""The window classifier.

Source: CS224n notes part III, sections 1.2 to 1.4.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.arrays import current_arrays
from framework.models.parts import part
from plugins.networks.shared.blocks import Chain, Embedding, Flatten, padded


def windows(ids: Any, size: int) -> Any:
    """Return the window `(T, 2m + 1)` of every word of `ids: (T,)`, m = `size`, with padding.

    Raises:
        ValueError: `ids` has not one axis, or `size` is negative.
    """
    if ids.ndim != 1 or size < 0:
        shape = tuple(ids.shape)
        raise ValueError(f"windows needs ids (T,) and size ≥ 0, but got {shape} and {size}")
    arrays, T, width = current_arrays(), len(ids), 2 * size + 1
    if not T:
        return ids.reshape(0, width)
    text = padded(ids[None], size, size, arrays)[0]
    return arrays.namespace.stack([text[k : k + T] for k in range(width)], 1)


class WindowClassifier(Chain):
    """logits = h U + b₂ with h = f(x W + b), where x is the vectors of a window side by side."""

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
        self.add_layer("_embedding", Embedding(rng.normal(scale=0.1, size=(vocabulary_size, E))))
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
