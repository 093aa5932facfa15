"""NLTK's reader of WordNet's database files: a second implementation for tests."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import nltk.data
from nltk.corpus.reader.wordnet import WordNetCorpusReader

#: How many lexicographers' files WordNet is compiled from: synsets name them by number.
_LEXICOGRAPHER_FILES = 45


@contextmanager
def opened(folder: Path) -> Iterator[WordNetCorpusReader]:
    """Open NLTK's reader of the database in `folder`, and close its files after the block.

    NLTK reads no files outside of the folders in `nltk.data.path`, and only warns of an offset at
    which no synset starts: here it may read `folder`, and a warning is an error.
    """
    path = str(folder.resolve())
    nltk.data.path.append(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", message="The multilingual functions")
            with closing(_Reader(path)) as reader:
                yield reader
    finally:
        nltk.data.path.remove(path)


class _Reader(WordNetCorpusReader):  # type: ignore[misc]  # NLTK is not annotated
    """NLTK's reader, changed to need only the files that Debian installs."""

    def __init__(self, root: str) -> None:
        self._opened: list[Any] = []
        try:
            super().__init__(root, None)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every file that was opened."""
        for stream in self._opened:
            stream.close()

    def open(self, file: str) -> Any:
        """Return the file, or an empty replacement for a file that is not needed here."""
        if file == "lexnames":
            return io.StringIO("".join(f"{i:02d}\tfile\t1\n" for i in range(_LEXICOGRAPHER_FILES)))
        if file.endswith(".exc"):
            return io.StringIO()
        self._opened.append(super().open(file))
        return self._opened[-1]

    def map_wn(self, version: str = "wordnet") -> None:
        """Return no map to another version of WordNet, for which NLTK would need its downloads."""
