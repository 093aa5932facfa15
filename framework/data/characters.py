"""Words as sequences of characters, for models that read unknown words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from framework.data.vocabulary import PAD, UNK, Ids
from framework.errors import BadInputError

#: Marks before and after the characters of every word. They distinguish prefixes and suffixes from
#: the same letters within a word (Kim et al. 2016, section 4).
BEGIN, END = 2, 3

_FIRST = 4


class Characters:
    """Characters and their ids: padding, unknown character, begin and end of a word, then the rest.

    Args:
        words: the words whose characters get ids, by code point.
        longest: maximum number of characters of a word. Half of them are taken from its start, the
            others from its end.

    Raises:
        BadInputError: there are no characters, or `longest` is less than 2.
    """

    def __init__(self, words: Iterable[str], *, longest: int = 20) -> None:
        self.characters = tuple(sorted({character for word in words for character in word}))
        if not self.characters or longest < 2:
            raise BadInputError(
                "expected words with characters and longest of at least 2, "
                f"received {len(self.characters)} characters and longest={longest}"
            )
        self.longest = longest
        self._ids = {c: _FIRST + rank for rank, c in enumerate(self.characters)}

    def __len__(self) -> int:
        return _FIRST + len(self.characters)

    def encode(self, words: Sequence[str]) -> Ids:
        """Return the words as ids `(M, L)`: begin, characters, end, padding.

        An empty word is all padding.
        """
        return self._padded([self._word(word) for word in words])

    def encode_sentences(self, sentences: Sequence[Sequence[str]]) -> Ids:
        """Return the words of sentences as ids `(N, T, L)`; short sentences end with empty
        words."""
        most = max((len(sentence) for sentence in sentences), default=0)
        rows = [word for s in sentences for word in [*s, *[""] * (most - len(s))]]
        ids = self.encode(rows)
        return ids.reshape(len(sentences), most, ids.shape[1])

    def _word(self, word: str) -> list[int]:
        if not word:
            return []
        if len(word) > self.longest:
            head = self.longest // 2
            word = word[:head] + word[len(word) - (self.longest - head) :]
        return [BEGIN, *(self._ids.get(character, UNK) for character in word), END]

    @staticmethod
    def _padded(rows: Sequence[list[int]]) -> Ids:
        padded = np.full((len(rows), max(map(len, rows), default=0)), PAD, dtype=np.int64)
        for row, ids in zip(padded, rows, strict=True):
            row[: len(ids)] = ids
        return padded
