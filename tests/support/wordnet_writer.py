"""Writes a lexicon as WordNet's database files (the format of its manual page wndb).

Each line of a data file starts with its own byte offset, and names other synsets by theirs:

    00002137 03 n 02 dog 0 domestic_dog 0 001 @ 00001930 n 0000 | gloss

An index file says for each word, in alphabetical order, at which offsets its senses stand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from framework.data.lexicon.entries import (
    FILE_POS,
    HYPERNYM,
    INSTANCE_HYPERNYM,
    SIMILAR,
    SynsetEntry,
)

#: Part of speech -> name of its files, and the number of the lexicographers' file we claim.
_FILES = {"n": ("noun", 3), "v": ("verb", 42), "a": ("adj", 0), "r": ("adv", 2)}

#: Pointer -> the pointer that leads back.
_INVERSE = {HYPERNYM: "~", INSTANCE_HYPERNYM: "~i", SIMILAR: SIMILAR}

#: As in WordNet's own files, a line that is no data starts with two blanks.
_HEADER = "  1 A lexicon of gradus in the format of WordNet's database files (wndb).  \n"


def write_wordnet(entries: Sequence[SynsetEntry], folder: Path) -> None:
    """Write ``data.POS``, ``index.POS`` and an empty ``POS.exc`` each into `folder`.

    Args:
        entries: in the order of the senses; every pointer leads to one of them.
        folder: exists.
    """
    database = _Database(entries)
    for pos, (name, _) in _FILES.items():
        for file, lines in {
            f"data.{name}": [_HEADER, *database.data_lines(pos)],
            f"index.{name}": [_HEADER, *database.index_lines(pos)],
            f"{name}.exc": [],
        }.items():
            (folder / file).write_text("".join(lines), encoding="utf-8", newline="\n")


class _Database:
    """What the lines of one entry need to know of all the others."""

    def __init__(self, entries: Sequence[SynsetEntry]) -> None:
        self._entries = {entry.id: entry for entry in entries}
        self._pointers = _both_ways(entries)
        self._lex_ids = _lex_ids(entries)
        # An offset is eight digits wide whatever it is: lines with zeros are as long as the final.
        self._offsets = dict.fromkeys(self._entries, 0)
        for pos in _FILES:
            self._place(pos)

    def data_lines(self, pos: str) -> list[str]:
        """The lines of the synsets of this part of speech, in their order."""
        return [self._data_line(entry) for entry in self._of(pos)]

    def index_lines(self, pos: str) -> list[str]:
        """The lines of the words of this part of speech, in alphabetical order."""
        senses: dict[str, list[SynsetEntry]] = defaultdict(list)
        for entry in self._of(pos):
            for word in entry.words:
                senses[word.lower()].append(entry)
        return [self._index_line(word, pos, senses[word]) for word in sorted(senses)]

    def _of(self, pos: str) -> list[SynsetEntry]:
        return [entry for entry in self._entries.values() if FILE_POS[entry.pos] == pos]

    def _place(self, pos: str) -> None:
        position = len(_HEADER.encode())
        for entry in self._of(pos):
            self._offsets[entry.id] = position
            position += len(self._data_line(entry).encode())

    def _data_line(self, entry: SynsetEntry) -> str:
        words = [f"{word} {self._lex_ids[entry.id, word]:x}" for word in entry.words]
        pointers = [
            f"{symbol} {self._offsets[target]:08d} {FILE_POS[self._entries[target].pos]} 0000"
            for symbol, target in self._pointers[entry.id]
        ]
        _, lexicographer = _FILES[FILE_POS[entry.pos]]
        columns = [
            f"{self._offsets[entry.id]:08d} {lexicographer:02d} {entry.pos}",
            *(f"{len(words):02x}", *words),
            *(f"{len(pointers):03d}", *pointers),
            *(["00"] if entry.pos == "v" else []),  # verbs tell their frames: we have none
        ]
        return f"{' '.join(columns)} | {entry.gloss}  \n"

    def _index_line(self, word: str, pos: str, senses: list[SynsetEntry]) -> str:
        result = (symbol for sense in senses for symbol, _ in self._pointers[sense.id])
        symbols = list(dict.fromkeys(result))
        offsets = [f"{self._offsets[sense.id]:08d}" for sense in senses]
        count = len(senses)
        columns = [word, pos, str(count), str(len(symbols)), *symbols, str(count), "0", *offsets]
        return f"{' '.join(columns)}  \n"


def _both_ways(entries: Iterable[SynsetEntry]) -> dict[str, list[tuple[str, str]]]:
    """The pointers of each entry, those that lead back to it included, each once."""
    pointers: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for entry in entries:
        for symbol, target in entry.pointers:
            pointers[entry.id][symbol, target] = None
            pointers[target][_INVERSE[symbol], entry.id] = None
    return defaultdict(list, {id: list(pointer) for id, pointer in pointers.items()})


def _lex_ids(entries: Iterable[SynsetEntry]) -> dict[tuple[str, str], int]:
    """Tells the senses of a word apart: how many of its part of speech came before."""
    before: Counter[tuple[str, str]] = Counter()
    lex_ids = {}
    for entry in entries:
        for word in entry.words:
            key = word.lower(), FILE_POS[entry.pos]
            lex_ids[entry.id, word] = before[key]
            before[key] += 1
    return lex_ids
