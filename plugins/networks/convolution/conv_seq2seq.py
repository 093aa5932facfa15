"""Translation: a convolutional encoder that conditions a recurrent decoder.

Source: CS224n lecture 11, section 3.8; Kalchbrenner and Blunsom, "Recurrent Continuous Translation
Models" (2013).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.interfaces import Model
from framework.models.conditioned import Conditioned
from framework.models.parts import part
from plugins.networks.shared.blocks import PAD, Chain, Embedding, Flatten, padded

END = 2


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
        if self.length < T:
            raise ValueError(f"a sentence has {T} words, where {self.length} have room")
        if not T:
            ids = arrays.from_numpy(np.full((N, 1), PAD))
        return super().forward(padded(ids, 0, self.length - ids.shape[1], arrays))


class ConvolutionalTranslator(Model):
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
        super().__init__()
        E, H = embedding_size, hidden_size
        encoder = ConvolutionalEncoder(source_size, E, H, length, width, rng=rng)
        decoder = part("conditional_lm")(target_size, H, E, H, cell, rng=rng)
        self.encoder: ConvolutionalEncoder = self.add_child("encoder", encoder)
        self.decoder: Any = self.add_child("decoder", decoder)
        self.greedy, self.beam_search = part("greedy"), part("beam_search")

    def forward(self, source: Any, before: Any) -> Any:
        """Logits `(N, U, V)` of the words that follow `before: (N, U)`, for `source: (N, T)`.

        Raises:
            ValueError: a sentence has more than s words.
            IndexError: an id that is no row of its embedding.
        """
        return self.decoder.forward(before, self.encoder.forward(source))

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, U, V)` through the decoder, its inputs and the encoder."""
        self.encoder.backward(self.decoder.backward(grad_logits))

    def translate(self, source: Any, length: int, beam_size: int = 1) -> Any:
        """Translations of `source: (N, T)`, `(N, length)`: words, `END`, then `PAD`; 1: greedy.

        Raises:
            ValueError: `beam_size` is below 1, `length` is negative or a sentence too long.
        """
        if beam_size < 1:
            raise ValueError(f"beam_size is at least 1, but got {beam_size}")
        xp, c = self._arrays.namespace, self.encoder.forward(source)
        starts = xp.full_like(source[:, :1], END)
        if beam_size == 1:
            written = self.greedy(Conditioned(self.decoder, c), starts, length)
            ends = xp.cumsum(written == END, 1)
            return xp.where(ends > (written == END), PAD, written)
        rows = []
        for start, condition in zip(starts, c, strict=True):
            model = Conditioned(self.decoder, condition[None])
            words, _ = self.beam_search(model, start, length, beam_size, end=END)
            rows.append(padded(words[None], 0, length - len(words), self._arrays))
        return xp.concatenate(rows, 0)
