"""Kim's network for sentences.

Source: CS224n lecture 11, sections 2.1 to 2.6 and 3.1; Kim, "Convolutional Neural Networks for
Sentence Classification" (2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from framework.arrays import Arrays
from framework.models.parts import part
from plugins.networks.shared.blocks import Chain, Embedding, padded

CHANNELS = ("tuned", "static", "both")


class TextCNN(Chain):
    """logits = (r ∘ z) W + b, with z_j = ReLU(max_i c_i) for every filter j, and a dropout r.

    The chain reads the maxima.

    Attributes:
        static: the word vectors that are not learned, `(V, E)`; None if `channels` is "tuned".
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
        vectors: Any = None,
        channels: str = "tuned",
        max_norm: float = 3.0,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        V, E, k, arrays = vocabulary_size, embedding_size, len(widths), self._arrays
        _check_settings(widths, channels, max_norm, vectors, (V, E))
        self.vocabulary_size, self.maps = V, maps
        self.widths, self.max_norm = tuple(widths), max_norm
        drawn = rng.uniform(-0.25, 0.25, size=(V, E)) if vectors is None else vectors
        table = arrays.to_numpy(arrays.asarray(drawn)).astype("float64")
        self.static = arrays.from_numpy(table) if channels != "tuned" else None
        self.embedding: Any = None
        if channels != "static":
            self.embedding = self.add_child("_embedding", Embedding(table))
        D = 2 * E if channels == "both" else E
        self.convolutions = [
            self.add_child(f"conv_{i}", part("conv1d")(D, maps, h, padding=h - 1, rng=rng))
            for i, h in enumerate(widths, start=1)
        ]
        self.pools = [part("max_over_time")() for _ in widths]
        self.add_layer("relu", part("relu")())
        self.add_layer("dropout", part("dropout")(keep_probability, rng=rng))
        self.add_layer("_output", part("affine")(k * maps, classes, rng=rng))

    def astype(self, dtype: Any) -> Self:
        """Convert parameters, gradients and the static vectors; returns the network."""
        if self.static is not None:
            self.static = self._arrays.astype(self.static, dtype)
        return super().astype(dtype)

    def forward(self, ids: Any) -> Any:
        """Logits `(N, K)` for texts `(N, T)`, short ones filled up with the id 0.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        words = self._arrays.words(ids)
        self._is_word = words[..., None]
        x = self._vectors(ids) * self._is_word
        maxima = [
            pool.forward(convolution.forward(x), windows_with_words(words, h, self._arrays))
            for convolution, pool, h in zip(self.convolutions, self.pools, self.widths, strict=True)
        ]
        return super().forward(self._arrays.namespace.concatenate(maxima, -1))

    def backward(self, grad_logits: Any) -> None:
        """Backpropagate `(N, K)` to the filters and to the words in the winning windows."""
        grad, C = super().backward(grad_logits), self.maps
        grad_x = sum(
            convolution.backward(pool.backward(grad[:, i * C : (i + 1) * C]))
            for i, (convolution, pool) in enumerate(zip(self.convolutions, self.pools, strict=True))
        )
        if self.embedding is not None:
            E = self.parameters["embedding"].shape[1]
            self.embedding.backward(grad_x[..., -E:] * self._is_word)

    def constrain(self) -> None:
        """W_c ← W_c · s / max(‖W_c‖, s) for every column of W."""
        W, s = self.parameters["W"], self.max_norm
        norms = (W * W).sum(0) ** 0.5
        self.parameters["W"] *= s / self._arrays.namespace.clip(norms, s, None)

    def _vectors(self, ids: Any) -> Any:
        """Return one channel, or two side by side, `(N, T, D)`."""
        vectors = [] if self.static is None else [self._arrays.rows(self.static, ids)]
        if self.embedding is not None:
            vectors.append(self.embedding.forward(ids))
        return vectors[0] if len(vectors) == 1 else self._arrays.namespace.concatenate(vectors, -1)


def windows_with_words(words: Any, width: int, arrays: Arrays) -> Any:
    """Return which of the T + h − 1 windows of `words: (N, T)` have a word, for h = `width`."""
    counts = arrays.namespace.cumsum(padded(words, width, width - 1, arrays), 1)
    return counts[:, width:] > counts[:, :-width]


def _check_settings(
    widths: Sequence[int], channels: str, max_norm: float, vectors: Any, shape: tuple[int, int]
) -> None:
    if vectors is not None and tuple(vectors.shape) != shape:
        raise ValueError(f"vectors should have shape {shape}, but has {tuple(vectors.shape)}")
    if not widths:
        raise ValueError("widths should name one width or more, but is empty")
    if not max_norm > 0:
        raise ValueError(f"max_norm is positive, but got {max_norm}")
    if channels not in CHANNELS:
        raise ValueError(f"channels is one of {', '.join(CHANNELS)}, but got {channels!r}")
    if vectors is None and channels != "tuned":
        raise ValueError(f"channels={channels!r} needs vectors: random ones would never be learned")
