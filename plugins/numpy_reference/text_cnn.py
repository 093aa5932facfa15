"""Kim's network, computed faster: one matrix product for the words and filters of all widths.

The solution of the exercise multiplies every window with the filters. It reads a word once for each
window that the word stands in, and padding as if it were words. Here every word meets every part of
every filter once, and the answer of a window is a sum of these products, shifted by their places.

Source: CS224n lecture 11, sections 2.1 to 2.6 and 3.1; Kim, "Convolutional Neural Networks for
Sentence Classification" (2014).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt

from framework.arrays import check_ids
from framework.interfaces import Array, Model
from framework.models.parts import part

PAD = 0
CHANNELS = ("tuned", "static", "both")


class TextCNN(Model):
    """logits = (r ∘ z) W + b, with z_j = ReLU(max_i c_i) for every filter j.

    Of the parts `conv1d` it uses the parameters alone.

    Args:
        vocabulary_size: V, the padding id 0 included.
        embedding_size: E.
        maps: C, filters of each width.
        classes: K.
        widths: h of each of the k groups of filters.
        keep_probability: of the dropout r.
        vectors: word vectors to start from, `(V, E)`; None: random ones. Not modified.
        channels: "tuned", "static" or "both": which word vectors are learned.
        max_norm: s, the greatest norm of a column of W after `constrain`, positive.
        rng: draws the initial weights, and in training what dropout keeps.

    Parameters:
        embedding `(V, E)`, unless `channels` is "static"; conv_i.W `(h, D, C)` and conv_i.b `(C,)`
        for i = 1 ... k, where D is E, or 2E with both channels; W `(k C, K)`, b `(K,)`.

    Attributes:
        static: the word vectors that are not learned, `(V, E)`; None if `channels` is "tuned".

    Raises:
        ValueError: `channels` is none of the three, or needs `vectors`; these are not `(V, E)`;
            there are no widths; `max_norm` is not positive.
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
        shape = (vocabulary_size, embedding_size)
        _check(widths, channels, max_norm, vectors, shape)
        self.vocabulary_size, self.embedding_size = shape
        self.widths, self.max_norm = tuple(widths), max_norm
        start = rng.uniform(-0.25, 0.25, size=shape) if vectors is None else vectors
        self.static = np.array(start, float) if channels != "tuned" else None
        if channels != "static":
            self.add_parameter("embedding", np.array(start, float))
        D = embedding_size * (2 if channels == "both" else 1)
        self.convolutions, self.pools = [], []
        for i, h in enumerate(widths, start=1):
            convolution = part("conv1d")(D, maps, h, padding=h - 1, rng=rng)
            self.convolutions.append(self.add_child(f"conv_{i}", convolution))
            self.pools.append(self.add_child(f"pool_{i}", part("max_over_time")()))
        self.dropout = self.add_child("dropout", part("dropout")(keep_probability, rng=rng))
        filters = len(widths) * maps
        self.add_parameter("W", rng.normal(scale=filters**-0.5, size=(filters, classes)))
        self.add_parameter("b", np.zeros(classes))

    def astype(self, dtype: npt.DTypeLike) -> Self:
        """Convert the static vectors too; returns the network."""
        super().astype(dtype)
        if self.static is not None:
            self.static = self.static.astype(dtype)
        return self

    def forward(self, ids: Array) -> Array:
        """logits `(N, K)` of `ids: (N, T)`.

        Raises:
            IndexError: an id outside 0 ... V−1.
        """
        check_ids(ids, self.vocabulary_size)
        self._words = ids != PAD
        self._read = ids[self._words]  # (M,): every word, but no padding
        self._x = self._vectors(self._read)
        self._filters = self._all_filters()
        answers = self._answers(self._x @ self._filters)
        masks = (_windows_with_words(self._words, h) for h in self.widths)
        maxima = [
            pool.forward(c, mask) for pool, c, mask in zip(self.pools, answers, masks, strict=True)
        ]
        self._z = np.maximum(np.concatenate(maxima, axis=1), 0)
        self._kept = self.dropout.forward(self._z)
        logits: Array = self._kept @ self.parameters["W"] + self.parameters["b"]
        return logits

    def backward(self, grad_logits: Array) -> None:
        """Add the gradients of all parameters.

        Args:
            grad_logits: `(N, K)`. Not modified.
        """
        self.gradients["W"] += self._kept.T @ grad_logits
        self.gradients["b"] += grad_logits.sum(axis=0)
        grad_z = self.dropout.backward(grad_logits @ self.parameters["W"].T) * (self._z > 0)
        grad_products = self._grad_products(np.split(grad_z, len(self.widths), axis=1))
        grad_filters = self._x.T @ grad_products  # (D, Σ h · C)
        for i, piece in enumerate(self._parts(grad_filters), start=1):
            self.gradients[f"conv_{i}.W"] += piece.transpose(1, 0, 2)
        if "embedding" in self.gradients:
            tuned = self._filters[-self.embedding_size :]
            _add_rows(self.gradients["embedding"], self._read, grad_products @ tuned.T)

    def constrain(self) -> None:
        """Scale every column of W whose norm is greater than s back to the norm s, in place."""
        norms = np.linalg.norm(self.parameters["W"], axis=0)
        self.parameters["W"] *= np.minimum(1.0, self.max_norm / np.maximum(norms, self.max_norm))

    def _vectors(self, ids: Array) -> Array:
        """x `(M, D)`: the vectors of `ids: (M,)`, those of both channels side by side."""
        tuned = self.parameters.get("embedding")
        tables = [table for table in (self.static, tuned) if table is not None]
        return np.concatenate([table[ids] for table in tables], axis=-1)

    def _all_filters(self) -> Array:
        """Return `(D, Σ h · C)`: the h parts of the filters of each width, side by side."""
        filters = [convolution.parameters["W"] for convolution in self.convolutions]
        return np.concatenate([W.transpose(1, 0, 2).reshape(W.shape[1], -1) for W in filters], 1)

    def _parts(self, products: Array) -> list[Array]:
        """For each width a view `(..., h, C)` of `products: (..., Σ h · C)`."""
        C = products.shape[-1] // sum(self.widths)
        ends = np.cumsum([h * C for h in self.widths])[:-1]
        return [
            piece.reshape(*piece.shape[:-1], h, C)
            for piece, h in zip(np.split(products, ends, axis=-1), self.widths, strict=True)
        ]

    def _answers(self, products: Array) -> list[Array]:
        """Yield c `(N, T + h − 1, C)` for each width; the k-th word of a window uses part k."""
        N, T = self._words.shape
        grid = np.zeros((N, T, products.shape[1]), products.dtype)
        grid[self._words] = products
        answers = []
        for i, piece in enumerate(self._parts(grid), start=1):
            h, C = piece.shape[2:]
            c = np.empty((N, T + h - 1, C), grid.dtype)
            c[:] = self.parameters[f"conv_{i}.b"]
            for k in range(h):  # word s is the k-th one of window s + h − 1 − k
                c[:, h - 1 - k : h - 1 - k + T] += piece[:, :, k]
            answers.append(c)
        return answers

    def _grad_products(self, grad_maxima: list[Array]) -> Array:
        """Back through the maxima and the shifted sums, `(M, Σ h · C)`; adds that of each b."""
        N, T = self._words.shape
        C = grad_maxima[0].shape[1]
        grid = np.empty((N, T, sum(self.widths) * C), grad_maxima[0].dtype)
        for i, piece in enumerate(self._parts(grid), start=1):
            grad_c = self.pools[i - 1].backward(grad_maxima[i - 1])
            self.gradients[f"conv_{i}.b"] += grad_c.sum(axis=(0, 1))
            h = piece.shape[2]
            for k in range(h):
                piece[:, :, k] = grad_c[:, h - 1 - k : h - 1 - k + T]
        of_words: Array = grid[self._words]
        return of_words


def _add_rows(table: Array, ids: Array, rows: Array) -> None:
    """Add `rows` to ``table[ids]``, with the rows of one id summed first, which is faster."""
    if not len(ids):
        return
    order = np.argsort(ids, kind="stable")
    words, starts = np.unique(ids[order], return_index=True)
    table[words] += np.add.reduceat(rows[order], starts, axis=0)


def _windows_with_words(words: Array, width: int) -> Array:
    """Return which windows `(N, T + width − 1)` have a word among their `width` places."""
    N, T = words.shape
    has_words = np.zeros((N, T + width - 1), bool)
    for k in range(width):
        has_words[:, k : k + T] |= words
    return has_words


def _check(
    widths: Sequence[int],
    channels: str,
    max_norm: float,
    vectors: Array | None,
    shape: tuple[int, int],
) -> None:
    if len(widths) == 0:
        raise ValueError("widths should name one width or more, but is empty")
    if channels not in CHANNELS:
        raise ValueError(f"channels is one of {', '.join(CHANNELS)}, but got {channels!r}")
    if vectors is None and channels != "tuned":
        raise ValueError(f"channels={channels!r} needs vectors to start from")
    if vectors is not None and np.shape(vectors) != shape:
        raise ValueError(f"vectors should have shape {shape}, but has {np.shape(vectors)}")
    if not max_norm > 0:
        raise ValueError(f"max_norm is positive, but got {max_norm}")
