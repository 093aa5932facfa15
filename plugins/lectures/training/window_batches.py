"""Batches for models with a softmax over all words: pairs of words, or contexts with their words.

The windows are those of the skip-gram with negative sampling: frequent words are thinned out, the
reach of each window is drawn, and no window extends over the end of a sentence.

Source: CS224n lecture 1, sections 2.2 and 2.6; Mikolov et al., "Efficient Estimation of Word
Representations in Vector Space" (2013), section 3.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from framework.data.vocabulary import Ids
from framework.interfaces import Array, Arrays
from framework.providers.backends import Backend
from framework.training.loops import Batch
from plugins.lectures.training.counted_text import CountedText
from plugins.lectures.training.skip_gram_batches import keep_probabilities


@dataclass(frozen=True)
class _Words:
    """The words of a text that an epoch keeps.

    Attributes:
        ids: `(M,)`.
        sentences: the number of the sentence of each word, `(M,)`.
        reach: the number of words on each side that are its context, `(M,)`.
    """

    ids: Ids
    sentences: Ids
    reach: Ids

    def are_pairs(self, centers: Ids, outside: Ids) -> Array:
        """Return whether the words at the positions `outside` are context of those at `centers`."""
        is_near = np.abs(centers - outside) <= self.reach[centers]
        near: Array = is_near & (self.sentences[centers] == self.sentences[outside])
        return near


class WindowBatches(ABC):
    """The batches of a text, drawn again in each epoch.

    Args:
        text: the text.
        backend: offers the function `function` of an exercise, which finds positions in windows.
        window: m, the maximum number of context words on each side of a centre word.
        subsample: see `keep_probabilities`.
        batch_size: the number of centre words of a batch.
    """

    function: ClassVar[str]

    def __init__(
        self, text: CountedText, backend: Backend, *, window: int, subsample: float, batch_size: int
    ) -> None:
        self._text, self._window, self._batch_size = text, window, batch_size
        self._keep = keep_probabilities(text.counts, subsample)
        self._find: Callable[..., Any] = backend.function(self.function)
        self._arrays: Arrays = backend.arrays

    def epoch(self, rng: np.random.Generator) -> tuple[int, Iterator[Batch]]:
        """Return the batches of one epoch, in the order of the text, and their maximum number.

        Args:
            rng: draws all random numbers.
        """
        kept = rng.random(len(self._text.ids)) < self._keep[self._text.ids]
        ids = self._text.ids[kept]
        reach = rng.integers(1, self._window + 1, size=len(ids))
        words = _Words(ids, self._text.sentences[kept], reach)
        starts = range(0, len(ids), self._batch_size)
        made = (self._batch(words, start) for start in starts)
        return len(starts), (batch for batch in made if batch.terms)

    def _batch(self, words: _Words, start: int) -> Batch:
        """Return the examples of the centre words from position `start` on."""
        end = min(start + self._batch_size, len(words.ids))
        first, last = max(start - self._window, 0), min(end + self._window, len(words.ids))
        positions = np.arange(first, last)
        windows = self._find(self._arrays.from_numpy(positions), self._window)
        left, right = (self._arrays.to_numpy(part) for part in windows)
        return self.examples(words, positions, (left, right), range(start, end))

    @abstractmethod
    def examples(
        self, words: _Words, positions: Ids, windows: tuple[Array, Array], centers: range
    ) -> Batch:
        """Return the examples of some centre words.

        Args:
            words: the words of the epoch.
            positions: those of the centre words and of their neighbours.
            found: the results of the function for `positions` in place of ids.
            centers: the positions of the centre words.
        """


class PairBatches(WindowBatches):
    """Pairs of a centre word and an outside word, for the skip-gram: ``context_pairs``."""

    function = "context_pairs"

    def examples(
        self, words: _Words, positions: Ids, windows: tuple[Array, Array], centers: range
    ) -> Batch:
        """Return centre words as inputs, and outside words as targets."""
        center, outside = windows
        chosen = (centers.start <= center) & (center < centers.stop)
        chosen &= words.are_pairs(center, outside)
        targets = words.ids[outside[chosen]]
        inputs = (words.ids[center[chosen]],)
        return Batch(inputs, targets, terms=len(targets), weight=len(targets))


class ContextBatches(WindowBatches):
    """Contexts and the word in the middle of each, for CBOW: ``context_windows``."""

    function = "context_windows"

    def examples(
        self, words: _Words, positions: Ids, windows: tuple[Array, Array], centers: range
    ) -> Batch:
        """Return contexts with their masks as inputs, and centre words as targets."""
        contexts, is_inside = windows
        mask = is_inside & words.are_pairs(positions[:, None], contexts)
        chosen = (centers.start <= positions) & (positions < centers.stop) & mask.any(axis=1)
        targets = words.ids[positions[chosen]]
        inputs = words.ids[contexts[chosen]], mask[chosen]
        return Batch(inputs, targets, terms=len(targets), weight=len(targets))
