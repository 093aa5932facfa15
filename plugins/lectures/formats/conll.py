"""Files in the format of CoNLL-2003: a word and its tags on a line, a blank line after a sentence.

    -DOCSTART- -X- -X- O

    EU NNP I-NP I-ORG
    rejects VBZ I-VP O

Columns are separated by tabs, so that a word may have blanks, or by blanks. The first column is
the word and the last one its named-entity tag; the columns between them are ignored. The corpus
itself is not free; users need their own copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from framework.data.tagged import TaggedCorpus, TaggedSentence
from framework.data.tags import as_iob2
from framework.data.text_lines import lines_of, read_text
from framework.errors import BadInputError

_DOCUMENT = "-DOCSTART-"


def conll2003(files: Mapping[str, Path]) -> TaggedCorpus:
    """Return the corpus ``conll2003``; tags are turned into IOB2.

    Args:
        files: ``train``, ``valid`` and ``test``, see `TaggedCorpus.from_files`.

    Raises:
        BadInputError: a file is malformed.
    """
    return TaggedCorpus.from_files("conll2003", files, read_conll)


def read_conll(file: Path) -> list[TaggedSentence]:
    """Return the sentences of one file, with tags in IOB2.

    Raises:
        BadInputError: names the file, and the line if it is one: no tag, an unknown one, or no
            sentence at all.
    """
    sentences = list(_sentences(file))
    if not sentences:
        raise BadInputError(f"{file} has no sentences: expected a word and its tags on each line")
    return sentences


def _sentences(file: Path) -> Iterator[TaggedSentence]:
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate([*lines_of(read_text(file)), ""], start=1):
        columns = _columns(file, number, line)
        if columns and columns[0] != _DOCUMENT:
            words.append(columns[0])
            tags.append(_tag(file, number, columns))
        elif words:
            yield TaggedSentence(tuple(words), tuple(as_iob2(tags)))
            words, tags = [], []


def _columns(file: Path, number: int, line: str) -> list[str]:
    """Return the columns of a line; none of a blank line."""
    if not line.strip() or "\t" not in line:
        return line.split()
    columns = [column.strip() for column in line.split("\t")]
    if not all(columns):
        raise BadInputError(f"{file}, line {number}: a column is empty: '{line.strip()}'")
    return columns


def _tag(file: Path, number: int, columns: list[str]) -> str:
    if len(columns) < 2:
        raise BadInputError(f"{file}, line {number}: the word '{columns[0]}' has no tag")
    try:
        as_iob2(columns[-1:])
    except BadInputError as error:
        raise BadInputError(f"{file}, line {number}: {error}") from None
    return columns[-1]
