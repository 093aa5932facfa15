"""Files in the format CoNLL-U of Universal Dependencies: ten columns, of which two are read.

    # text = He rests.
    1   He      he      PRON    PRP   ...
    2   rests   rest    VERB    VBZ   ...
    3   .       .       PUNCT   .     ...

The columns are separated by tabs. The second one is the word, and the fourth one its universal part
of speech. Lines of several words (``1-2``) and of words that were left out (``1.1``) are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from framework.data.tagged import PartOfSpeechCorpus, TaggedSentence
from framework.data.text_lines import lines_of, read_text
from framework.errors import BadInputError

_COLUMNS = 10


def ud_ewt(files: Mapping[str, Path]) -> PartOfSpeechCorpus:
    """Return the corpus ``ud_ewt``: English web texts with their 17 universal parts of speech.

    Args:
        files: ``train``, ``valid`` and ``test``, see `TaggedCorpus.from_files`.

    Raises:
        BadInputError: a file is malformed.
    """
    return PartOfSpeechCorpus.from_files("ud_ewt", files, read_conllu)


def read_conllu(file: Path) -> list[TaggedSentence]:
    """Return the words and the universal parts of speech of the sentences of one file.

    Raises:
        BadInputError: names the file and the line with another number of columns or without a part
            of speech; or the file has no sentence.
    """
    sentences = list(_sentences(file))
    if not sentences:
        raise BadInputError(f"{file} has no sentences: expected the ten columns of CoNLL-U")
    return sentences


def _sentences(file: Path) -> Iterator[TaggedSentence]:
    words: list[str] = []
    tags: list[str] = []
    for number, line in enumerate([*lines_of(read_text(file)), ""], start=1):
        if line.startswith("#"):
            continue
        if line.strip():
            columns = _columns(file, number, line)
            if columns[0].isdigit():
                words.append(columns[1])
                tags.append(columns[3])
        elif words:
            yield TaggedSentence(tuple(words), tuple(tags))
            words, tags = [], []


def _columns(file: Path, number: int, line: str) -> list[str]:
    """Return the columns of a line.

    Raises:
        BadInputError: see `read_conllu`.
    """
    columns = line.split("\t")
    if len(columns) != _COLUMNS:
        raise BadInputError(
            f"{file}, line {number}: expected {_COLUMNS} columns separated by tabs, found "
            f"{len(columns)}"
        )
    if columns[0].isdigit() and columns[3] == "_":
        raise BadInputError(f"{file}, line {number}: '{columns[1]}' has no part of speech")
    return columns
