"""Plain text files: one sentence per line, words separated by blanks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from framework import text_files
from framework.data.vocabulary import EOS, SPECIAL, Ids, Vocabulary
from framework.errors import BadInputError

Sentences = list[list[str]]


def read_sentences(path: Path) -> Sentences:
    """Return the words of each line of the file at `path`; blank lines are skipped.

    Raises:
        BadInputError: the file is missing, a folder, not UTF-8 text, or has no words.
    """
    sentences = [words for line in read_text(path).splitlines() if (words := line.split())]
    if not sentences:
        raise BadInputError(f"{path} is empty: a corpus needs at least some words")
    return sentences


def read_text(path: Path) -> str:
    """Return the text of the file at `path`.

    Raises:
        BadInputError: the file is missing, a folder, or not UTF-8 text.
    """
    text = text_files.read_text(path)
    if "\0" in text:
        raise BadInputError(f"{path} is a binary file: a corpus is plain text")
    return text


def split(sentences: Sentences) -> tuple[Sentences, Sentences]:
    """Return the first nine tenths for training and the last tenth as held-out part."""
    held_out = max(1, len(sentences) // 10)
    return sentences[:-held_out], sentences[-held_out:]


def token_ids(sentences: Sequence[Sequence[str]], vocabulary: Vocabulary) -> Ids:
    """Return all sentences as one text `(M,)`: an end of sentence, then each sentence and end."""
    end = SPECIAL[EOS]
    return vocabulary.encode(chain([end], *([*words, end] for words in sentences)))
