"""Word vectors from characters, and a tagger that uses them.

Source: CS224n lecture 11, sections 3.5, 3.9 and 3.10; Kim, Jernite, Sontag and Rush,
"Character-Aware Neural Language Models" (2016), section 3; dos Santos and Zadrozny, "Learning
Character-level Representations for Part-of-Speech Tagging" (2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from framework.interfaces import Model
from framework.models.parts import part
from plugins.networks.shared.blocks import Chain, Embedding, padded


class CharacterWordEncoder(Chain):
    """tanh of the maximum of each filter over a word's characters, then highway layers.

    The chain reads the maxima.

    Attributes:
        size: F, the sum of `maps` over the widths.
    """

    def __init__(
        self,
        characters: int,
        embedding_size: int,
        maps: int | Sequence[int],
        *,
        widths: Sequence[int] = (2, 3, 4),
        highway_layers: int = 1,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        counts = [maps] * len(widths) if isinstance(maps, int) else list(maps)
        _check_widths(widths, counts)
        self.characters, self.widths, self.counts = characters, tuple(widths), counts
        self.size = sum(counts)
        table = rng.normal(scale=0.5, size=(characters, embedding_size))
        self.embedding = self.add_child("_embedding", Embedding(table))
        self.convs = [
            self.add_child(f"conv_{h}", part("conv1d")(embedding_size, count, h, rng=rng))
            for h, count in zip(widths, counts, strict=True)
        ]
        self.pools = [part("max_over_time")() for _ in widths]
        self.add_layer("tanh", part("tanh")())
        for i in range(1, highway_layers + 1):
            self.add_layer(f"highway_{i}", part("highway")(self.size, rng=rng))

    def forward(self, ids: Any) -> Any:
        """Return the vectors `(..., F)` of words, for characters `(M, L)` or `(N, T, L)`.

        Raises:
            ValueError: `ids` has neither two nor three axes.
            IndexError: an id outside 0 ... A−1.
        """
        _check_axes(ids, 2, 3)
        self._arrays.check_ids(ids, len(self.embedding.parameters["embedding"]))
        characters = ids.reshape(-1, ids.shape[-1])
        mask = self._arrays.words(characters)
        self._is_character = mask[:, :, None]
        e = self.embedding.forward(characters) * self._is_character
        best = [
            pool.forward(conv.forward(padded(e, 0, h - 1, self._arrays)), mask)
            for h, conv, pool in zip(self.widths, self.convs, self.pools, strict=True)
        ]
        y = super().forward(self._arrays.namespace.concatenate(best, -1))
        return y.reshape(*ids.shape[:-1], self.size)

    def backward(self, grad_vectors: Any) -> None:
        """Backpropagate `(..., F)` through highways, tanh and filters to the characters."""
        grad, start = super().backward(grad_vectors.reshape(-1, self.size)), 0
        L, of_widths = self._is_character.shape[1], []
        for count, conv, pool in zip(self.counts, self.convs, self.pools, strict=True):
            of_widths.append(conv.backward(pool.backward(grad[:, start : start + count]))[:, :L])
            start += count
        self.embedding.backward(sum(of_widths) * self._is_character)


class CharacterTagger(Model):
    """Scores of the tags of words, by a convolution over the vectors of their characters."""

    def __init__(
        self,
        characters: int,
        embedding_size: int,
        maps: int | Sequence[int],
        classes: int,
        window: int = 0,
        *,
        widths: Sequence[int] = (2, 3, 4),
        highway_layers: int = 1,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        self.characters = characters
        encoder = CharacterWordEncoder(
            characters, embedding_size, maps, widths=widths, highway_layers=highway_layers, rng=rng
        )
        output = part("conv1d")(encoder.size, classes, 2 * window + 1, padding=window, rng=rng)
        self.encoder = self.add_child("encoder", encoder)
        self.output = self.add_child("output", output)

    def forward(self, ids: Any) -> Any:
        """Logits `(N, T, C)` for the characters `(N, T, L)`; a word of padding alone counts as 0.

        Raises:
            ValueError: `ids` has not three axes.
            IndexError: an id outside 0 ... A−1.
        """
        _check_axes(ids, 3)
        self._is_word = self._arrays.words(ids).any(2)[:, :, None]
        return self.output.forward(self.encoder.forward(ids) * self._is_word)

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, T, C)` through the convolution and the encoder."""
        self.encoder.backward(self.output.backward(grad_logits) * self._is_word)


def _check_widths(widths: Sequence[int], counts: Sequence[int]) -> None:
    if not widths or min(widths) < 1 or len(set(widths)) < len(widths):
        raise ValueError(f"widths are different positive numbers, but these are {tuple(widths)}")
    if len(counts) != len(widths):
        raise ValueError(f"maps has {len(counts)} numbers for {len(widths)} widths")


def _check_axes(ids: Any, *axes: int) -> None:
    if ids.ndim not in axes:
        wanted = " or ".join({2: "(M, L)", 3: "(N, T, L)"}[n] for n in axes)
        shape = tuple(ids.shape)
        raise ValueError(f"ids of characters should have shape {wanted}, but have {shape}")
