"""Word vectors from characters on torch tensors, and a tagger that uses them.

The layers are parts, of which only the interface is used: they may come from any provider that
    offers them on tensors.

Source: CS224n lecture 11, sections 3.5, 3.9 and 3.10; Kim, Jernite, Sontag and Rush,
"Character-Aware Neural Language Models" (2016), section 3; dos Santos and Zadrozny, "Learning
Character-level Representations for Part-of-Speech Tagging" (2014).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from framework.interfaces import Model
from framework.models.parts import part
from plugins.torch_backend.arrays import checked_ids, to_tensor
from plugins.torch_backend.shared.model import PAD, EmbeddingModel, through


class CharacterWordEncoder(EmbeddingModel):
    """tanh of the maximum of each filter over a word's characters, then highway layers.

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
        self.add_parameter("embedding", rng.normal(scale=0.5, size=(characters, embedding_size)))
        self.convs = [
            self.add_child(f"conv_{h}", part("conv1d")(embedding_size, count, h, rng=rng))
            for h, count in zip(widths, counts, strict=True)
        ]
        self.pools = [part("max_over_time")() for _ in widths]
        self.highways = [
            self.add_child(f"highway_{i + 1}", part("highway")(self.size, rng=rng))
            for i in range(highway_layers)
        ]

    def _look_up(self, ids: Any) -> Tensor:
        return super()._look_up(_checked(ids, (2, 3), self.characters))

    def compute(self, parameters: Mapping[str, Tensor], *inputs: Tensor) -> Tensor:
        """Return the vectors `(..., F)` of words, for characters `(M, L)` or `(N, T, L)`."""
        is_character = (self._ids != PAD).flatten(0, -2)
        e = inputs[0].flatten(0, -3) * is_character[:, :, None]
        best = [
            through(pool, through(conv, functional.pad(e, (0, 0, 0, h - 1))), is_character)
            for h, conv, pool in zip(self.widths, self.convs, self.pools, strict=True)
        ]
        y = torch.cat(best, dim=1).tanh()
        for highway in self.highways:
            y = through(highway, y)
        return y.reshape(*self._ids.shape[:-1], self.size)


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

    @torch.no_grad()
    def forward(self, ids: Any) -> Tensor:
        """Logits `(N, T, C)` for the characters `(N, T, L)`; a word of padding alone counts as 0.

        Raises:
            ValueError: `ids` has not three axes.
            IndexError: an id outside 0 ... A−1.
        """
        ids = _checked(ids, (3,), self.characters)
        self._is_word = (ids != PAD).any(dim=2)[:, :, None]
        return torch.as_tensor(self.output.forward(self.encoder.forward(ids) * self._is_word))

    @torch.no_grad()
    def backward(self, grad_logits: Tensor) -> None:
        """Backpropagate `(N, T, C)` through the convolution and the encoder."""
        self.encoder.backward(self.output.backward(grad_logits) * self._is_word)


def _check_widths(widths: Sequence[int], counts: Sequence[int]) -> None:
    if not widths or min(widths) < 1 or len(set(widths)) < len(widths):
        raise ValueError(f"widths are different positive numbers, but these are {tuple(widths)}")
    if len(counts) != len(widths):
        raise ValueError(f"maps has {len(counts)} numbers for {len(widths)} widths")


def _checked(value: Any, axes: Sequence[int], characters: int) -> Tensor:
    ids = to_tensor(value)
    if ids.ndim not in axes:
        wanted = " or ".join({2: "(M, L)", 3: "(N, T, L)"}[n] for n in axes)
        raise ValueError(
            f"ids of characters should have shape {wanted}, but have {tuple(ids.shape)}"
        )
    return checked_ids(ids, characters)
