"""WordNet's database files as a plain lexicon, read by NLTK: importing this module imports it."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import nltk.data
from nltk.corpus.reader.wordnet import WordNetCorpusReader

from framework.data.lexicon import Lexicon, Synset
from framework.data.lexicon.entries import FILE_POS, sense_id
from framework.errors import BadInputError

#: The parts of speech that have files.
_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
#: How many lexicographers' files WordNet is compiled from: synsets name them by number.
_LEXICOGRAPHER_FILES = 45

Senses = dict[str, dict[str, list[Any]]]


def read(folder: Path) -> Lexicon:
    """See `framework.data.lexicon.wordnet.read_wordnet`."""
    _check_files(folder)
    try:
        with opened(folder) as reader:
            return _plain(reader)
    except Exception as error:  # NLTK checks little: a broken file ends in any of them
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        raise BadInputError(f"{folder} is no WordNet database that can be read: {reason}") from (
            error
        )


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


def _plain(reader: WordNetCorpusReader) -> Lexicon:
    for _ in (
        reader.all_synsets()
    ):  # NLTK caches them: sequential reads are far faster than reads by offset
        pass
    senses = {
        word: {pos: _senses(reader, word, pos) for pos in _FILES}
        for word in sorted(reader.all_lemma_names())
    }
    ids = {synset: _id(synset, senses) for by_pos in senses.values() for synset in _all(by_pos)}
    return Lexicon(
        synsets={id: _plain_synset(synset, ids) for synset, id in ids.items()},
        index={word: [ids[synset] for synset in _all(by_pos)] for word, by_pos in senses.items()},
    )


def _senses(reader: WordNetCorpusReader, word: str, pos: str) -> list[Any]:
    """Return the synsets of `word` itself; NLTK adds those of base forms, as *axe* for *axes*."""
    synsets = reader.synsets(word, pos, check_exceptions=False)
    own = (synset for synset in synsets if word in map(str.lower, synset.lemma_names()))
    return list(dict.fromkeys(own))


def _all(senses: dict[str, list[Any]]) -> Iterator[Any]:
    return (synset for synsets in senses.values() for synset in synsets)


def _id(synset: Any, senses: Senses) -> str:
    """Return the id with WordNet's numbers, which count adjectives and satellites together."""
    first, pos = synset.lemma_names()[0], synset.pos()
    return sense_id(first, pos, 1 + senses[first.lower()][FILE_POS[pos]].index(synset))


def _plain_synset(synset: Any, ids: dict[Any, str]) -> Synset:
    hypernyms = sorted(ids[above] for above in synset.hypernyms() + synset.instance_hypernyms())
    return Synset(pos=synset.pos(), words=list(synset.lemma_names()), hypernyms=hypernyms)


def _check_files(folder: Path) -> None:
    names = [f"{kind}.{name}" for name in _FILES.values() for kind in ("data", "index")]
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise BadInputError(f"{folder} has no {', '.join(missing)}: is it a WordNet database?")
