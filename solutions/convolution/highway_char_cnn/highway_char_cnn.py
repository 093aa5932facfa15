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
        # BEGIN SOLUTION: as many layers of part("highway") of this size, highway_1, highway_2, ...
        self.highways = [
            self.add_child(f"highway_{i + 1}", part("highway")(self.size, rng=rng))
            for i in range(highway_layers)
        ]
        # END SOLUTION

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
        # BEGIN SOLUTION: embed; for each width convolve and take the maximum; tanh; highways
        self._ids = ids.reshape(-1, ids.shape[-1])
        self._is_character = self._ids != PAD
        e = self.parameters["embedding"][self._ids] * self._is_character[:, :, None]
        best = [
            pool.forward(conv.forward(_followed_by_zeros(e, h - 1)), self._is_character)
            for h, conv, pool in zip(self.widths, self.convs, self.pools, strict=True)
        ]
        self._y = y = np.tanh(np.concatenate(best, axis=1))
        for highway in self.highways:
            y = highway.forward(y)
        return y.reshape(*ids.shape[:-1], self.size)
        # END SOLUTION

    def backward(self, grad_vectors: Array) -> None:
        """Add all gradients for `grad_vectors`, in the shape of the vectors, to `gradients`."""
        # BEGIN SOLUTION: the layers in reverse order; a character gets a gradient from every width
        grad = grad_vectors.reshape(-1, self.size)
        for highway in reversed(self.highways):
            grad = highway.backward(grad)
        # y = tanh(max c), so ∂max c = ∂y (1 − y²)
        pieces = np.split(grad * (1 - self._y**2), np.cumsum(self.counts)[:-1], axis=1)
        length, characters = self._ids.shape[1], self._ids[self._is_character]
        for piece, conv, pool in zip(pieces, self.convs, self.pools, strict=True):
            grad_e = conv.backward(pool.backward(piece))[:, :length]  # without the added zeros
            np.add.at(self.gradients["embedding"], characters, grad_e[self._is_character])
        # END SOLUTION


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
        # BEGIN SOLUTION: encode the words, set the vectors of padding to 0, convolve over the words
        self._is_word = (ids != PAD).any(axis=2)[:, :, None]
        vectors = self.encoder.forward(ids) * self._is_word
        logits: Array = self.output.forward(vectors)
        return logits
        # END SOLUTION

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, T, C)` to `gradients`; returns nothing."""
        # BEGIN SOLUTION
        self.encoder.backward(self.output.backward(grad_logits) * self._is_word)
        # END SOLUTION


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
