"""Words of a stem and a suffix, whose division and entropy are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

STEMS, SUFFIXES = 20, 8
#: Letters of a stem, at least and at most; those of every suffix.
SHORTEST, LONGEST, SUFFIX = 3, 5, 3


class Morphemes:
    """Words of a stem and a suffix, which are drawn independently of each other.

    All suffixes have one length, so that a word has one division, and its probability is that of
    its stem times that of its suffix. No model of single words can need fewer bits than
    their entropy.

    Args:
        rng: draws the morphemes, their probabilities, and the words.

    Attributes:
        merges: the number of merges of two symbols that builds each morpheme from its letters.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        lengths = rng.integers(SHORTEST, LONGEST + 1, size=STEMS)
        self.stems, self.suffixes = _drawn(lengths, rng), _drawn([SUFFIX] * SUFFIXES, rng)
        self._p_stems = rng.dirichlet(np.full(STEMS, 5.0))
        self._p_suffixes = rng.dirichlet(np.full(SUFFIXES, 5.0))
        self.merges = sum(len(morpheme) - 1 for morpheme in (*self.stems, *self.suffixes))

    def sample(self, count: int) -> dict[bytes, int]:
        """Return how often each word occurs among `count` drawn ones."""
        stems = self._rng.choice(self.stems, p=self._p_stems, size=count)
        suffixes = self._rng.choice(self.suffixes, p=self._p_suffixes, size=count)
        words = ((a + b).encode() for a, b in zip(stems, suffixes, strict=True))
        return dict(Counter(words))

    def boundary(self, word: bytes) -> int:
        """Return the number of letters of the stem of `word`."""
        return len(word) - SUFFIX

    def bits(self, word: bytes) -> float:
        """Return −log₂ of the probability of `word`."""
        stem, suffix = word[:-SUFFIX].decode(), word[-SUFFIX:].decode()
        p = self._p_stems[self.stems.index(stem)]
        return float(-np.log2(p * self._p_suffixes[self.suffixes.index(suffix)]))

    def entropy_rate(self) -> float:
        """Return the entropy of a word divided by its mean length, in bits per character."""
        p = np.concatenate([self._p_stems, self._p_suffixes])
        lengths = [len(stem) for stem in self.stems]
        return float(-(p * np.log2(p)).sum() / (self._p_stems @ lengths + SUFFIX))


def _drawn(lengths: Iterable[int], rng: np.random.Generator) -> list[str]:
    """Return different words of random letters with these lengths."""
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    words: dict[str, None] = {}
    for length in lengths:
        word = ""
        while not word or word in words:
            word = "".join(rng.choice(letters, size=length))
        words[word] = None
    return list(words)
