"""A convolutional network for sentences: CS224n lecture 11, 2.1 to 2.6 and 3.1; Kim (2014)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0  # the id of the padding after short texts
CHANNELS = ("tuned", "static", "both")


class TextCNN(Model):
    """A network that classifies a sentence by the maximum of each filter over all windows.

    Args:
        vocabulary_size, embedding_size, classes: V (with the padding id 0), E and K.
        maps, widths: C, the number of filters of each width, and the k widths h, in words.
        keep_probability: p of the dropout before the last layer.
        vectors: initial word vectors `(V, E)`; None: random ones. Not modified.
        channels: "tuned": the vectors are learned; "static": they are not; "both": [static tuned].
        max_norm: s, the maximum norm of a column of W after `constrain`, positive.

    Parameters: embedding `(V, E)`, unless "static"; conv_i.W `(h, D, C)` and conv_i.b `(C,)` for
    i = 1 ... k, with D = E, or 2E for "both"; W `(k C, K)`, b `(K,)`.
    Attribute `static`: the vectors that are not learned, `(V, E)`; None if `channels` is "tuned".
    Raises: ValueError for wrong `channels`, `vectors`, `widths` or `max_norm`.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding_size: int,
        maps: int,
        classes: int,
        *,
        widths: Sequence[int] = (3, 4, 5),
        keep_probability: float = 0.5,
        vectors: Array | None = None,
        channels: str = "tuned",
        max_norm: float = 3.0,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, k = vocabulary_size, embedding_size, len(widths)
        _check_settings(widths, channels, max_norm, vectors, (V, E))
        self.vocabulary_size, self.embedding_size = V, E
        self.widths, self.max_norm = tuple(widths), max_norm
        if vectors is None:
            vectors = rng.uniform(-0.25, 0.25, size=(V, E))
        self.static = None if channels == "tuned" else np.array(vectors, float)
        if channels != "static":
            self.add_parameter("embedding", np.array(vectors, float))
        D = 2 * E if channels == "both" else E
        self.convolutions = [
            self.add_child(f"conv_{i}", part("conv1d")(D, maps, h, padding=h - 1, rng=rng))
            for i, h in enumerate(widths, start=1)
        ]
        self.pools = [self.add_child(f"pool_{i}", part("max_over_time")()) for i in range(k)]
        self.dropout = self.add_child("dropout", part("dropout")(keep_probability, rng=rng))
        self.add_parameter("W", rng.normal(scale=(k * maps) ** -0.5, size=(k * maps, classes)))
        self.add_parameter("b", np.zeros(classes))

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """Given: convert the static vectors too; returns the network."""
        self.static = None if self.static is None else self.static.astype(dtype)
        super().astype(dtype)
        return self

    def forward(self, ids: Array) -> Array:
        """Return the logits `(N, K)`.

        Args:
            ids: `(N, T)` integers, T ≥ 1, with `PAD` after short texts. Not modified.

        Raises: IndexError if an id is outside 0 ... V−1. (In NumPy, −1 is the last row.)
        """
        check_ids(ids, self.vocabulary_size)
        # TODO: x (N, T, D), then the maxima (N, C) of each width, concatenated to z
        raise NotImplementedError

    def _vectors(self, ids: Array) -> Array:
        """Return x `(N, T, D)`: the vector of each id, from one channel or from both."""
        # TODO: your code here
        raise NotImplementedError

    def backward(self, grad_logits: Array) -> None:
        """Add all gradients for `grad_logits: (N, K)` to `gradients`; returns nothing."""
        # TODO: the parts in reverse order; the gradient of x is the sum over all widths
        raise NotImplementedError

    def constrain(self) -> None:
        """Scale every column of W whose norm is above s to the norm s, in place."""
        # TODO: your code here
        raise NotImplementedError


def windows_with_words(words: Array, width: int) -> Array:
    """Return which windows of h = `width` places have a word, `(N, T + h − 1)` booleans.

    Args:
        words: `(N, T)` booleans, False at padding; h − 1 paddings are added on both sides.
    """
    # TODO: your code here
    raise NotImplementedError


def _check_settings(
    widths: Sequence[int],
    channels: str,
    max_norm: float,
    vectors: Array | None,
    shape: tuple[int, int],
) -> None:
    """Given: raise an error if no network can be built from these settings."""
    if not widths:
        raise ValueError("widths should name one width or more, but is empty")
    if channels not in CHANNELS:
        raise ValueError(f"channels is one of {', '.join(CHANNELS)}, but got {channels!r}")
    if not max_norm > 0:
        raise ValueError(f"max_norm is positive, but got {max_norm}")
    if vectors is None and channels != "tuned":
        raise ValueError(f"channels={channels!r} needs vectors: random ones would never be learned")
    if vectors is not None and np.shape(vectors) != shape:
        raise ValueError(f"vectors should have shape {shape}, but has {np.shape(vectors)}")


def check_ids(ids: Array, vocabulary_size: int) -> None:
    """Given: raise an error if an id has no row in the embedding."""
    if ids.size and (ids.min() < 0 or ids.max() >= vocabulary_size):
        bounds, actual = f"0 ... {vocabulary_size - 1}", f"{ids.min()} ... {ids.max()}"
        raise IndexError(f"token ids must lie in {bounds}, but these lie in {actual}")
