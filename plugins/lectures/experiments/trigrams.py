"""Seconds of a trigram model of a million words, and how sparse its counts are.

Source: CS224n lecture 6, section 1.10 (1.7 million words of Reuters).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from framework.data.vocabulary import Ids
from framework.errors import UsageError
from framework.text_files import read_text
from plugins.lectures.comparison.claim import Claim
from plugins.lectures.experiments.experiment import Findings, Measured, Setting, timed_in_turns

#: Words of a generated text, different words, and phrases that it is made of.
WORDS, VOCABULARY, PHRASES = 1_000_000, 20_000, 200_000
#: "In seconds": fewer than this many.
SECONDS = 60


def run(setting: Setting) -> Findings:
    """Count the trigrams of a text, `repeats` times."""
    text, V = _read(setting.text) if setting.text else (_generated(setting.seed), VOCABULARY)
    tokens = setting.backend.arrays.from_numpy(text)
    model = setting.backend.build("ngram_lm", V, 3, kind="language_model")
    (seconds,) = timed_in_turns(setting, {"counting": lambda: model.fit(tokens)})
    counts = np.asarray(setting.backend.arrays.to_numpy(model.ngrams(3)[1]))
    claim = Claim(
        f"A trigram model of {len(text):,} words is counted in seconds: in fewer than {SECONDS}.",
        max(seconds.values) < SECONDS,
        f"{min(seconds.values):.3g} to {max(seconds.values):.3g} seconds",
    )
    return Findings((seconds, *_sizes(len(text), V, counts)), (claim,))


def _sizes(words: int, V: int, counts: Ids) -> list[Measured]:
    """Return how large the text and the table of trigrams are."""
    once = 100 * float((counts == 1).mean())
    return [
        Measured("words of the text", (float(words),), ""),
        Measured("different words", (float(V),), ""),
        Measured("different trigrams", (float(len(counts)),), ""),
        Measured("of these, seen once", (once,), "%"),
    ]


def _generated(seed: int) -> Ids:
    """Return about a million words: phrases of two to seven words, some far more often than others.

    Words and phrases follow Zipf's law: the k-th most frequent one is drawn 1/k times as often as
    the first.
    """
    rng = np.random.default_rng(seed)
    lengths = rng.integers(2, 8, size=PHRASES)
    words = _zipf(VOCABULARY, int(lengths.sum()), rng)
    ends = np.cumsum(lengths)
    chosen = _zipf(PHRASES, WORDS // 4, rng)
    return np.concatenate(list(_phrases(words, ends, lengths, chosen)))[: WORDS + 1]


def _phrases(words: Ids, ends: Ids, lengths: Ids, chosen: Ids) -> Iterator[Ids]:
    for phrase in chosen:
        yield words[ends[phrase] - lengths[phrase] : ends[phrase]]


def _zipf(kinds: int, size: int, rng: np.random.Generator) -> Ids:
    """Draw `size` of `kinds` numbers, k with a probability in proportion to 1 / (k + 1)."""
    shares = 1 / np.arange(1, kinds + 1)
    return rng.choice(kinds, size=size, p=shares / shares.sum())


def _read(path: Path) -> tuple[Ids, int]:
    """Return the ids of the words of a file, separated by spaces, and how many there are.

    Raises:
        BadInputError: the file cannot be read.
        UsageError: it has fewer than three words.
    """
    words = read_text(path).split()
    if len(words) < 3:
        raise UsageError(f"{path} has {len(words)} words: a trigram model needs at least 3")
    known, ids = np.unique(words, return_inverse=True)
    return ids, len(known)
