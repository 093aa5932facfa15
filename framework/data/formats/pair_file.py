"""Files of sentence pairs: a sentence, a tab and its translation on each line."""

from __future__ import annotations

from pathlib import Path

from framework.data.formats.text_file import MARKS, lines_of, read_text
from framework.data.pairs import SentencePair
from framework.errors import BadInputError


def read_pairs(path: Path) -> list[SentencePair]:
    """Return the pairs of a file of two columns of words; blank lines are skipped.

    Raises:
        BadInputError: the file cannot be read, has fewer than two pairs, or a line has another
            number of columns, an empty sentence, or a word that marks the ends of sentences.
    """
    lines = enumerate(lines_of(read_text(path)), start=1)
    pairs = [_pair(path, number, line) for number, line in lines if line.strip()]
    if len(pairs) < 2:
        raise BadInputError(
            f"{path} has {len(pairs)} pairs of sentences: at least two are needed, because the "
            "last tenth is held out"
        )
    return pairs


def _pair(path: Path, number: int, line: str) -> SentencePair:
    sides = [tuple(column.split()) for column in line.split("\t")]
    if len(sides) != 2 or not all(sides):
        raise BadInputError(
            f"{path}, line {number}: a sentence, a tab and its translation expected, but got "
            f"{line[:60]!r}"
        )
    if marks := MARKS.intersection(sides[0] + sides[1]):
        raise BadInputError(f"{path}, line {number}: {min(marks)} is no word: remove it")
    return SentencePair(*sides)
