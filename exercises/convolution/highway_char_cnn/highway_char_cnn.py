"""Word vectors from characters: CS224n lecture 11, 3.9 and 3.10; Kim et al. (2016)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0


class CharacterWordEncoder(Model):
    """An encoder that computes the vector of a word from its characters only.

    Args:
        characters, embedding_size: A (with the padding id 0), and E, of a character's vector.
        maps: number of filters of each width: one number for all, or one for each width.
        widths: the widths of the filters, in characters.
        highway_layers: number of highway layers, one after the other; may be 0.

    Parameters: embedding `(A, E)`; for each width h, conv_h.W `(h, E, maps)` and conv_h.b; those of
    the highway layers as highway_i.NAME, i = 1, 2, ...
    Attribute `size`: F, the size of a word's vector: the sum of `maps` over the widths.
    Raises: ValueError for no widths, a width twice or not positive, or a wrong number of `maps`.
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
        # TODO: as many layers of part("highway") of this size, highway_1, highway_2, ...
        raise NotImplementedError

    def forward(self, ids: Array) -> Array:
        """Return the vectors of words, `(M, F)` or `(N, T, F)`.

        Args:
            ids: the characters of words, padded with 0 at the end: `(M, L)`, or `(N, T, L)` for
                sentences of words; L ≥ 1. A word may be all padding. Not modified.

        Raises:
            ValueError: `ids` has neither two nor three axes.
            IndexError: an id outside 0 ... A−1. (In NumPy, −1 is the last row.)
        """
        _check_ids(ids, (2, 3), self.characters)
        # TODO: embed; for each width convolve and take the maximum; tanh; highways
        raise NotImplementedError

    def backward(self, grad_vectors: Array) -> None:
        """Add all gradients for `grad_vectors`, in the shape of the vectors, to `gradients`."""
        # TODO: the layers in reverse order; a character gets a gradient from every width
        raise NotImplementedError


class CharacterTagger(Model):
    """A tagger that reads the characters of a word and of its neighbours.

    Args:
        characters, embedding_size, maps, widths, highway_layers: see `CharacterWordEncoder`.
        classes: C, the number of tags.
        window: m, the number of words on each side that the tag of a word depends on.

    Parameters: those of a `CharacterWordEncoder` as encoder.NAME, and those of a convolution over
    the words, output.W `(2m + 1, F, C)` and output.b `(C,)`.
    """

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

    def forward(self, ids: Array) -> Array:
        """Return the scores `(N, T, C)` of every tag for every word.

        Args:
            ids: `(N, T, L)`: the characters of each word, padded with 0. Not modified.

        Raises:
            ValueError: `ids` has not three axes.
            IndexError: an id outside 0 ... A−1.
        """
        _check_ids(ids, (3,), self.characters)
        # TODO: encode the words, set the vectors of padding to 0, convolve over the words
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, T, C)` to `gradients`; returns nothing."""
        # TODO: your code here
        raise NotImplementedError


def _followed_by_zeros(e: Array, count: int) -> Array:
    """Given: return `e: (M, L, E)` with `count` zero vectors at the end, `(M, L + count, E)`."""
    return np.pad(e, ((0, 0), (0, count), (0, 0)))


def _check_widths(widths: Sequence[int], counts: Sequence[int]) -> None:
    """Given: raise an error for invalid widths, or for a wrong number of filter counts."""
    if not widths or min(widths) < 1 or len(set(widths)) < len(widths):
        raise ValueError(f"widths are different positive numbers, but these are {tuple(widths)}")
    if len(counts) != len(widths):
        raise ValueError(f"maps has {len(counts)} numbers for {len(widths)} widths")


def _check_ids(ids: Array, axes: Sequence[int], characters: int) -> None:
    """Given: raise an error for ids of another shape, or without a row in the embedding."""
    if ids.ndim not in axes:
        wanted = " or ".join({2: "(M, L)", 3: "(N, T, L)"}[n] for n in axes)
        raise ValueError(f"ids of characters should have shape {wanted}, but have {ids.shape}")
    if ids.size and (ids.min() < 0 or ids.max() >= characters):
        bounds, actual = f"0 ... {characters - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"character ids must lie in {bounds}, but these lie in {actual}")
