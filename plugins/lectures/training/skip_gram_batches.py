"""Batches for a skip-gram with negative sampling: blocks of text with negative samples.

Word2vec processes the centre words one by one and draws K words for each of their pairs. Here `T`
neighbouring centre words form a block. Their context words and negative samples are gathered once,
and the scores of all centre words with all of these are one matrix product, ``(T, d) @ (d, T + 2m +
N)``. A matrix of weights selects the pairs. The expected objective is the same: a drawn word counts
as ``K/N`` negatives of every pair in its block.

Source: Mikolov et al., "Distributed Representations of Words and Phrases and their
Compositionality" (2013), sections 2.2 and 2.3; Ji et al., "Parallelizing Word2Vec in Shared and
Distributed Memory" (2016), for shared negatives and matrix products.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from framework.data.vocabulary import PAD, Ids
from framework.training.loops import Batch
from plugins.lectures.training.counted_text import CountedText

#: T, the centre words of a block.
BLOCK = 32

#: Centre words whose gradients are added up before a step: fewer take longer, more disturb a
#: frequent word, all of whose gradients are then computed from one and the same old vector.
BATCH_SIZE = 256

#: A text of few words gets fewer blocks a step: so often may its most frequent word come in them.
REPEATS = 4


def keep_probabilities(counts: Ids, threshold: float) -> npt.NDArray[np.float64]:
    """Return the probability that an occurrence of each word is kept: ``min(1, √(t/f) + t/f)``.

    f is the word's share of the text, t the threshold; 0 keeps everything. This is the formula of
    word2vec's program; the paper (section 2.3) has ``√(t/f)``.

    Args:
        counts: `(V,)`, of the words; a word that never occurs may have any result.
        threshold: t, as 1e-3.
    """
    if threshold == 0:
        return np.ones(len(counts))
    excess = threshold / (np.maximum(counts, 1) / counts.sum())
    return np.asarray(np.minimum(1.0, np.sqrt(excess) + excess))


class SkipGramBatches:
    """The batches of a text, drawn again in each epoch.

    A batch has B blocks of T centre words, each with M = T + 2m context words and N drawn words.
    Its inputs are the centre words `(B, T)`, and the context words before the drawn ones,
    `(B, M + N)`. Its targets are weights `(B, T, M + N)`, float32: 1 where the two words are a pair
    of the text, minus the number of negatives that a drawn word counts as, and 0 elsewhere. Its
    terms are the pairs of the text.

    Args:
        text: the text.
        window: m, the maximum number of context words on each side of a centre word.
        negative: K, drawn words per pair.
        subsample: see `keep_probabilities`.
        noise: the probability of each word as a negative sample `(V,)`.
        batch_size: maximum number of centre words of a batch, in whole blocks.
    """

    def __init__(
        self,
        text: CountedText,
        *,
        window: int,
        negative: int,
        subsample: float,
        noise: npt.NDArray[np.float64],
        batch_size: int = BATCH_SIZE,
    ) -> None:
        self._text = text
        self._window = window
        self._keep = keep_probabilities(text.counts, subsample)
        self._blocks = _blocks_per_batch(self._keep * text.counts, -(-batch_size // BLOCK))
        self._cumulative = np.cumsum(noise) / np.sum(noise)
        # As many as word2vec draws for one centre word, whose reach is (m + 1)/2 on average.
        self._drawn = negative * (window + 1)
        self._per_pair = np.float32(negative / self._drawn)
        t, j = np.arange(BLOCK)[:, None], np.arange(BLOCK + 2 * window) - window
        self._distance = np.where(t == j, np.iinfo(np.int32).max, np.abs(t - j)).astype(np.int32)

    def epoch(self, rng: np.random.Generator) -> tuple[int, Iterator[Batch]]:
        """Return the batches of one epoch, in the order of the text, and their number.

        Frequent words are thinned out first. The window size of each centre word is drawn from 1 to
        m, so nearer words are pairs more often.

        Args:
            rng: draws all random numbers.
        """
        kept = rng.random(len(self._text.ids)) < self._keep[self._text.ids]
        ids, sentences = self._text.ids[kept], self._text.sentences[kept]
        reach = rng.integers(1, self._window + 1, size=len(ids), dtype=np.int32)
        words = -(-len(ids) // BLOCK) * BLOCK
        padding = self._window, words - len(ids) + self._window
        ids = np.pad(ids, padding, constant_values=PAD)
        sentences = np.pad(sentences, padding, constant_values=-1)
        # Padding is in no window and in no sentence.
        reach = np.pad(reach, (0, words - len(reach)))
        starts = np.arange(0, words, BLOCK)
        cuts = [starts[i : i + self._blocks] for i in range(0, len(starts), self._blocks)]
        return len(cuts), (self._batch(ids, sentences, reach, cut, rng) for cut in cuts)

    def _batch(
        self,
        ids: Ids,
        sentences: Ids,
        reach: npt.NDArray[np.int32],
        starts: Ids,
        rng: np.random.Generator,
    ) -> Batch:
        """Return the blocks that start at the words `starts: (B,)`; `ids` starts with m
        paddings."""
        centers = starts[:, None] + np.arange(BLOCK)
        around = starts[:, None] + np.arange(BLOCK + 2 * self._window)
        pairs = self._distance <= reach[centers][:, :, None]
        pairs &= sentences[centers + self._window][:, :, None] == sentences[around][:, None, :]
        drawn = np.searchsorted(self._cumulative, rng.random((len(starts), self._drawn)), "right")
        weights = np.empty((*pairs.shape[:2], pairs.shape[2] + self._drawn), np.float32)
        weights[:, :, : pairs.shape[2]] = pairs
        of_each = pairs.sum(axis=2, dtype=np.int32)
        weights[:, :, pairs.shape[2] :] = (-self._per_pair * of_each)[:, :, None]
        outside = np.concatenate([ids[around], drawn], axis=1)
        inputs, count = (ids[centers + self._window], outside), int(of_each.sum())
        return Batch(inputs, weights, terms=count, weight=count)


def _blocks_per_batch(expected: npt.NDArray[np.float64], most: int) -> int:
    """Return the blocks per batch from the expected counts in an epoch `(V,)`; at most `most`."""
    share = expected.max() / expected.sum()
    return int(np.clip(REPEATS / (share * BLOCK), 1, most))
