"""Translation: a convolutional encoder that conditions a recurrent decoder.

Source: CS224n lecture 11, section 3.8; Kalchbrenner and Blunsom, "Recurrent Continuous Translation
Models" (2013).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.models.parts import part
from plugins.networks.shared.blocks import PAD, Chain, Embedding, Flatten, padded
from plugins.networks.shared.translator import Translator


def layer_widths(length: int, width: int) -> list[int]:
    """Return the widths of the convolutions that reduce `length` steps to one, lowest first.

    All have the `width` ≥ 2, except a smaller last one; `length` is at least 1.
    """
    full, left = divmod(length - 1, width - 1)
    return [width] * full + [left + 1] * (left > 0)


class ConvolutionalEncoder(Chain):
    """x_i = tanh(conv_i(x_{i−1})) without padding, until one step remains: the vector c."""

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        channels: int,
        length: int,
        width: int = 3,
        *,
        rng: np.random.Generator,
    ) -> None:
        super().__init__(ids=True)
        if min(length, width) < 2:
            raise ValueError(f"length and width are at least 2, but got {length} and {width}")
        V, E, C = vocabulary_size, embedding_size, channels
        self.vocabulary_size, self.length = V, length
        self.add_layer("_embedding", Embedding(rng.normal(size=(V, E))))
        for i, width_i in enumerate(layer_widths(length, width), start=1):
            conv = part("conv1d")(E if i == 1 else C, C, width_i, rng=rng)
            self.add_layer(f"conv_{i}", conv)
            self.add_layer(f"tanh_{i}", part("tanh")())
        self.add_layer("_flat", Flatten())  # of the one step that is left

    def forward(self, ids: Any) -> Any:
        """Return the vectors c `(N, C)` of the sentences `ids: (N, T)`, T ≤ `length`.

        Raises:
            ValueError: a sentence has more than `length` words.
            IndexError: an id that is no row of the table.
        """
        (N, T), arrays = ids.shape, self._arrays
        arrays.check_ids(ids, self.vocabulary_size)
        if self.length < T:
            raise ValueError(f"a sentence has {T} words, where {self.length} have room")
        if not T:
            ids = arrays.from_numpy(np.full((N, 1), PAD))
        return super().forward(padded(ids, 0, self.length - ids.shape[1], arrays))


class ConvolutionalTranslator(Translator):
    """P(target | source): a conditional language model whose condition is the encoder's vector."""

    def __init__(
        self,
        source_size: int,
        target_size: int,
        embedding_size: int,
        hidden_size: int,
        length: int,
        width: int = 3,
        cell: str = "rnn",
        *,
        rng: np.random.Generator,
    ) -> None:
        E, H = embedding_size, hidden_size
        encoder = ConvolutionalEncoder(source_size, E, H, length, width, rng=rng)
        super().__init__(encoder, part("conditional_lm")(target_size, H, E, H, cell, rng=rng))

    def condition(self, source: Any) -> tuple[Any, ...]:
        """Return the vectors c `(N, C)` of `source: (N, S)` alone."""
        return (self.encoder.forward(source),)
