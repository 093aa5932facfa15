"""Files of sentence pairs: a sentence, a tab and its translation on each line, or two files."""

from __future__ import annotations

from pathlib import Path

from framework.data.sentence_pairs import SentencePair
from framework.data.text_lines import MARKS, lines_of, read_text
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


def read_two_files(source: Path, target: Path) -> list[SentencePair]:
    """Return the pairs of two files: line i of `target` is the translation of line i of `source`.

    Raises:
        BadInputError: a file cannot be read, they differ in the number of lines, or a line is empty
            or has a word that marks the ends of sentences.
    """
    sides = [lines_of(read_text(path)) for path in (source, target)]
    counts = [len(lines) for lines in sides]
    if counts[0] != counts[1]:
        raise BadInputError(
            f"{source} has {counts[0]:,} lines, but {target} has {counts[1]:,}: line i of one is "
            "the translation of line i of the other"
        )
    for path, lines in zip((source, target), sides, strict=True):
        for number, line in enumerate(lines, start=1):
            if "\t" in line or not line.strip():
                raise BadInputError(f"{path}, line {number}: a sentence expected, but got {line!r}")
    return [
        _pair(source, number, "\t".join(lines))
        for number, lines in enumerate(zip(*sides, strict=True), start=1)
    ]


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
