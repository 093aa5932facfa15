"""Texts as arrays: parallel streams for language models, padded batches for classifiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from framework.data.vocabulary import PAD, Ids
from framework.errors import BadInputError
from framework.interfaces import Array


@dataclass(frozen=True)
class Streams:
    """One long text divided into `N` streams of a batch.

    Attributes:
        inputs: ids to read, `(N, T)`.
        targets: the id that follows each of them, `(N, T)`.
        mask: True where there is a target, `(N, T)` bool; False only after the end of the text.
    """

    inputs: Ids
    targets: Ids
    mask: npt.NDArray[np.bool_]

    def chunks(self, unroll: int) -> Iterator[tuple[Ids, Ids]]:
        """Yield inputs and targets of `unroll` steps at a time; the last chunk may be shorter.

        The state after one chunk is the state before the next.
        """
        for start in range(0, self.inputs.shape[1], unroll):
            piece = slice(start, start + unroll)
            yield self.inputs[:, piece], self.targets[:, piece]


def streams(ids: Ids, batch_size: int) -> Streams:
    """Divide the text `ids: (M,)` into `batch_size` streams; all tokens but the first are targets.

    The last streams are padded where the text does not divide evenly (see `Streams.mask`).

    Raises:
        BadInputError: the text is shorter than two tokens.
    """
    targets = len(ids) - 1
    if targets < 1:
        raise BadInputError(f"a text of {len(ids)} token(s) has nothing to predict: give more text")
    steps = -(-targets // batch_size)
    padded = np.full(batch_size * steps + 1, PAD, dtype=np.int64)
    padded[: len(ids)] = ids
    shape = batch_size, steps
    mask = np.arange(batch_size * steps) < targets
    return Streams(padded[:-1].reshape(shape), padded[1:].reshape(shape), mask.reshape(shape))


def training_streams(ids: Ids, batch_size: int) -> Streams:
    """Return `streams` without padding: up to ``batch_size − 1`` last tokens are left out.

    Raises:
        BadInputError: the text is too short for `batch_size` streams.
    """
    steps = (len(ids) - 1) // batch_size
    if steps < 1:
        raise BadInputError(
            f"a text of {len(ids)} tokens is too short for {batch_size} streams: "
            "give more text or a smaller batch size"
        )
    return streams(ids[: steps * batch_size + 1], batch_size)


def pad(texts: Sequence[Sequence[int] | Ids]) -> Ids:
    """Return texts of different lengths as one array `(M, T)`, filled with `PAD`."""
    longest = max((len(text) for text in texts), default=0)
    padded = np.full((len(texts), longest), PAD, dtype=np.int64)
    for row, text in zip(padded, texts, strict=True):
        row[: len(text)] = text
    return padded


def without_padding(ids: Ids) -> Ids:
    """Return `ids: (N, T)` without the last columns that are padding in all texts.

    One column is left even of empty texts.
    """
    filled = np.flatnonzero((ids != PAD).any(axis=0))
    return ids[:, : filled[-1] + 1 if len(filled) else 1]


def batches(
    inputs: Array, labels: Array, batch_size: int, *, rng: np.random.Generator
) -> Iterator[tuple[Array, Array]]:
    """Yield all examples once in random order, `batch_size` at a time.

    Args:
        inputs: `(M, ...)`, one example per row.
        labels: `(M, ...)`.
        batch_size: examples per batch.
        rng: draws the order.

    Raises:
        BadInputError: `inputs` and `labels` differ in length.
    """
    if len(inputs) != len(labels):
        raise BadInputError(f"{len(inputs)} inputs but {len(labels)} labels")
    order = rng.permutation(len(inputs))
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        yield inputs[chosen], labels[chosen]
