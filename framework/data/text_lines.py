"""Plain text files: one sentence per line, words separated by blanks, or its characters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TypeVar

from framework import text_files
from framework.data.tokens import WORDS, Tokens
from framework.data.vocabulary import EOS, PAD, SPECIAL, Ids, Vocabulary
from framework.errors import BadInputError

Sentences = list[list[str]]
#: What is read from a line.
Line = TypeVar("Line")

#: Words that no text may have: each has a meaning of its own. A text may have ``<unk>``.
MARKS = frozenset({SPECIAL[PAD], SPECIAL[EOS]})


def read_sentences(path: Path, tokens: Tokens = WORDS) -> Sentences:
    """Return the tokens of each line of the file at `path`, see `read_lines`."""
    return [tokens.split(line) for line in read_lines(path, tokens)]


def read_lines(path: Path, tokens: Tokens = WORDS) -> list[str]:
    """Return the lines of the file at `path`; lines without words are skipped.

    If the tokens are characters or subwords, no line is skipped.

    Raises:
        BadInputError: the file is missing, a folder, not UTF-8 text, or has no words; a line has a
            word that marks the ends of sentences.
    """
    lines = []
    for number, line in enumerate(lines_of(read_text(path)), start=1):
        if tokens is WORDS and (marks := MARKS.intersection(line.split())):
            raise BadInputError(
                f"{path}, line {number}: {min(marks)} marks the ends of sentences, which are those "
                "of lines here: remove it from the text"
            )
        if tokens is not WORDS or line.strip():
            lines.append(line)
    if not any(lines):
        raise BadInputError(f"{path} is empty: a corpus needs at least some words")
    return lines


def lines_of(text: str) -> list[str]:
    """Return the lines of `text`; form feeds and Unicode's line separators end none."""
    return text.removesuffix("\n").split("\n") if text else []


def read_text(path: Path) -> str:
    """Return the text of the file at `path`.

    Raises:
        BadInputError: the file is missing, a folder, or not UTF-8 text.
    """
    text = text_files.read_text(path)
    if "\0" in text:
        raise BadInputError(f"{path} is a binary file: a corpus is plain text")
    return text


def split(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Return the first nine tenths for training and the last tenth as held-out part."""
    held_out = max(1, len(lines) // 10)
    return lines[:-held_out], lines[-held_out:]


def token_ids(sentences: Sequence[Sequence[str]], vocabulary: Vocabulary) -> Ids:
    """Return all sentences as one text `(M,)`: an end of sentence, then each sentence and end."""
    end = SPECIAL[EOS]
    return vocabulary.encode(chain([end], *([*words, end] for words in sentences)))
