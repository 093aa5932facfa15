"""Word vectors in the text format of word2vec: a line `V d`, then a word and d numbers a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from framework.data.formats.text_file import read_text
from framework.errors import BadInputError, UnknownNameError

Vectors = npt.NDArray[np.floating]


@dataclass(frozen=True)
class WordVectors:
    """Words and their vectors.

    Attributes:
        words: V words, each once, without blanks.
        vectors: `(V, d)`, finite; row i is the vector of word i.

    Raises:
        BadInputError: not one vector per word, a word that occurs twice or has a blank in it, no
            word at all, or a number that is not finite.
    """

    words: Sequence[str]
    vectors: Vectors

    def __post_init__(self) -> None:
        shape = self.vectors.shape
        if len(shape) != 2 or shape[0] != len(self.words) or not all(shape):
            raise BadInputError(f"{len(self.words)} words need vectors (V, d), but got {shape}")
        seen: set[str] = set()
        for word in self.words:
            if word.split() != [word]:
                raise BadInputError(f"a word has no blanks and is not empty, but got {word!r}")
            if word in seen:
                raise BadInputError(f"the word '{word}' has more than one vector")
            seen.add(word)
        finite = np.isfinite(self.vectors).all(axis=1)
        if not finite.all():
            raise BadInputError(f"the vector of '{self.words[int(finite.argmin())]}' is not finite")

    @cached_property
    def ids(self) -> dict[str, int]:
        """Word -> its row."""
        return {word: row for row, word in enumerate(self.words)}

    def row(self, word: str) -> int:
        """Return the row of `word`.

        Raises:
            UnknownNameError: it has no vector; similar words are suggested.
        """
        if word not in self.ids:
            raise UnknownNameError("vector for the word", word, self.ids)
        return self.ids[word]

    def save(self, path: Path) -> None:
        """Write all vectors to the file at `path`, exactly for their dtype.

        Raises:
            BadInputError: the file cannot be written there.
        """
        # Nine digits distinguish all float32 numbers, and are half as many as in repr.
        form = "{:.9g}".format if self.vectors.dtype == np.float32 else repr
        lines = [" ".join(map(str, self.vectors.shape))]
        for word, vector in zip(self.words, self.vectors.tolist(), strict=True):
            lines.append(" ".join([word, *map(form, vector)]))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        except OSError as error:
            raise BadInputError(f"{path} cannot be written: {error.strerror}") from error


def load_word_vectors(path: Path) -> WordVectors:
    """Read a file in the text format of word2vec, as gensim and `WordVectors.save` write it.

    Raises:
        BadInputError: the file is missing, not UTF-8, cut short, or a line has not d numbers; a
            word occurs twice.
    """
    # Not splitlines: a word may contain one of Unicode's other line separators.
    first, *lines = read_text(path).rstrip("\n").split("\n")
    count, dimension = _header(path, first)
    if len(lines) != count:
        raise BadInputError(
            f"{path} announces {count} words, but has {len(lines)}: it was cut short or joined"
        )
    words, vectors = [], np.empty((count, dimension))
    for row, line in enumerate(lines):
        word, *numbers = line.strip().split(" ")
        if len(numbers) != dimension:
            raise BadInputError(
                f"{path}, line {row + 2}: {dimension} numbers expected, {len(numbers)} received"
            )
        words.append(word)
        vectors[row] = _numbers(path, row + 2, numbers)
    try:
        return WordVectors(words, vectors)
    except BadInputError as error:
        raise BadInputError(f"{path}: {error}") from error


def _header(path: Path, line: str) -> tuple[int, int]:
    fields = line.split()
    if len(fields) != 2 or not all(field.isdecimal() and int(field) > 0 for field in fields):
        raise BadInputError(f"{path}, line 1: two numbers V and d expected, but got {line[:60]!r}")
    return int(fields[0]), int(fields[1])


def _numbers(path: Path, line: int, fields: Sequence[str]) -> list[float]:
    try:
        return [float(field) for field in fields]
    except ValueError as error:
        raise BadInputError(f"{path}, line {line}: {error}") from error
