"""Word vectors in the formats of word2vec and GloVe, also compressed by gzip.

In text, each line has a word and d numbers; word2vec's first line is `V d`, GloVe has none. A word
may have blanks. Files ``.bin`` are word2vec's binary format: a line `V d`, then for each word its
text, a blank, and d numbers of 4 bytes.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from framework.data.text_lines import lines_of
from framework.errors import BadInputError, UnknownNameError
from framework.text_files import decode, read_bytes

Vectors = npt.NDArray[np.floating]


@dataclass(frozen=True)
class WordVectors:
    """Words and their vectors.

    Attributes:
        words: V words, each once, without line ends.
        vectors: `(V, d)`, finite; row i is the vector of word i.

    Raises:
        BadInputError: not one vector per word, a word that occurs twice or has a line end in it,
            no word at all, or a number that is not finite.
    """

    words: Sequence[str]
    vectors: Vectors

    def __post_init__(self) -> None:
        shape = self.vectors.shape
        if len(shape) != 2 or shape[0] != len(self.words) or not all(shape):
            raise BadInputError(f"{len(self.words)} words need vectors (V, d), but got {shape}")
        seen: set[str] = set()
        for word in self.words:
            if not word or word != word.strip() or "\n" in word:
                raise BadInputError(f"a word has no blanks at its ends, but got {word!r}")
            if word in seen:
                raise BadInputError(f"the word '{word}' has more than one vector: keep one of them")
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
    """Read a file of word vectors in one of the formats of this module.

    Raises:
        BadInputError: the file is missing, damaged or cut short, a line has not d numbers, or a
            word occurs twice.
    """
    inner = path.with_suffix("") if path.suffix == ".gz" else path
    data = _unpacked(path) if path.suffix == ".gz" else read_bytes(path)
    read = _read_binary if inner.suffix == ".bin" else _read_text
    words, vectors = read(path, data)
    try:
        return WordVectors(words, vectors)
    except BadInputError as error:
        raise BadInputError(f"{path}: {error}") from error


def _unpacked(path: Path) -> bytes:
    try:
        return gzip.decompress(read_bytes(path))
    except (OSError, EOFError, zlib.error) as error:
        raise BadInputError(f"{path} is no complete gzip file: {error}") from None


def _read_text(path: Path, data: bytes) -> tuple[list[str], Vectors]:
    lines = lines_of(decode(data, str(path)).replace("\r\n", "\n"))
    if not lines:
        raise BadInputError(f"{path} is empty: a word and its numbers expected on each line")
    header = _header(lines[0])
    first = 0 if header is None else 1
    count, dimension = header or (len(lines), len(lines[0].split()) - 1)
    if len(lines) - first != count:
        raise BadInputError(
            f"{path} announces {count} words, but has {len(lines) - first}: it was cut short or "
            "joined"
        )
    words, vectors = [], np.empty((count, dimension))
    for row, line in enumerate(lines[first:]):
        word, *numbers = line.rstrip().rsplit(" ", dimension)
        number = row + first + 1
        if len(numbers) != dimension or not dimension:
            raise BadInputError(
                f"{path}, line {number}: a word and {dimension or 'its'} numbers expected, but "
                f"got {line[:60]!r}"
            )
        words.append(word.strip())
        vectors[row] = _numbers(path, number, numbers)
    return words, vectors


def _read_binary(path: Path, data: bytes) -> tuple[list[str], Vectors]:
    first, _, data = data.partition(b"\n")
    header = _header(first.decode("utf-8", "replace"))
    if header is None:
        raise BadInputError(f"{path}: two numbers V and d expected in its first line")
    count, dimension = header
    words, vectors, at = [], np.empty((count, dimension), np.float32), 0
    for row in range(count):
        end = data.find(b" ", at)
        numbers = data[end + 1 : end + 1 + 4 * dimension]
        if end < 0 or len(numbers) < 4 * dimension:
            raise BadInputError(f"{path} announces {count} words, but ends after {row}")
        words.append(decode(data[at:end].lstrip(b"\n"), f"{path}, word {row + 1}"))
        vectors[row] = np.frombuffer(numbers, "<f4")
        at = end + 1 + 4 * dimension
    return words, vectors


def _header(line: str) -> tuple[int, int] | None:
    """Return V and d if `line` consists of them."""
    fields = line.split()
    if len(fields) != 2 or not all(field.isdecimal() and int(field) > 0 for field in fields):
        return None
    return int(fields[0]), int(fields[1])


def _numbers(path: Path, line: int, fields: Sequence[str]) -> list[float]:
    try:
        return [float(field) for field in fields]
    except ValueError as error:
        raise BadInputError(f"{path}, line {line}: {error}") from error
