"""The readable form of a lexicon: one synset per line, as in ``mini_lexicon.txt``.

n dog domestic_dog @ canine.n.01 @ domestic_animal.n.01 | the canine that barks for people
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from framework.data.text_lines import read_text
from framework.errors import BadInputError

#: Part of speech of a synset -> that of its file: satellites are in the file of adjectives.
FILE_POS = {"n": "n", "v": "v", "a": "a", "s": "a", "r": "r"}

HYPERNYM, INSTANCE_HYPERNYM, SIMILAR = "@", "@i", "&"
POINTERS = (HYPERNYM, INSTANCE_HYPERNYM, SIMILAR)

_MINI_LEXICON = Path(__file__).with_name("mini_lexicon.txt")


@dataclass(frozen=True)
class SynsetEntry:
    """One synset.

    Args:
        id: WORD.POS.NUMBER: its first word in lower case, and which sense of it this is.
        pos: a key of `FILE_POS`.
        words: at least one, with ``_`` for a blank.
        pointers: symbols of `POINTERS`, each with the id of another synset.
        gloss: what it means.
    """

    id: str
    pos: str
    words: tuple[str, ...]
    pointers: tuple[tuple[str, str], ...]
    gloss: str

    def pointed(self, *symbols: str) -> list[str]:
        """Return the ids of pointers with these symbols, in the order of the line."""
        return [target for symbol, target in self.pointers if symbol in symbols]


def sense_id(word: str, pos: str, number: int) -> str:
    """Return the id of the synset that is sense `number` (from 1) of its first word."""
    return f"{word.lower()}.{pos}.{number:02d}"


def mini_entries() -> list[SynsetEntry]:
    """Return the synsets of the mini lexicon."""
    return read_entries(_MINI_LEXICON)


def read_entries(file: Path) -> list[SynsetEntry]:
    """Return the synsets of `file`; empty lines and those that start with ``#`` are skipped.

    Senses are numbered in the order of the lines, adjectives and satellites together.

    Raises:
        BadInputError: the file cannot be read, or a line has another form, no gloss, or a pointer
            to a synset that is not there.
    """
    senses: Counter[tuple[str, str]] = Counter()
    entries = []
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            try:
                entries.append(_entry(line, senses))
            except BadInputError as error:
                raise BadInputError(f"{file}, line {number}: {error}") from None
    _check_pointers(file, entries)
    return entries


def _entry(line: str, senses: Counter[tuple[str, str]]) -> SynsetEntry:
    columns, _, gloss = line.partition("|")
    pos, *rest = columns.split() or [""]
    first = next((i for i, column in enumerate(rest) if column in POINTERS), len(rest))
    words, symbols, targets = rest[:first], rest[first::2], rest[first + 1 :: 2]
    if pos not in FILE_POS or not words or not gloss.strip():
        raise BadInputError("`POS WORD ... [POINTER SYNSET ...] | GLOSS` expected")
    if len(symbols) != len(targets) or not set(symbols) <= set(POINTERS):
        raise BadInputError(f"each pointer is one of {' '.join(POINTERS)} and a synset")
    if pos == "s" and SIMILAR not in symbols:
        raise BadInputError(f"the satellite '{words[0]}' is near no adjective: `& SYNSET` expected")
    senses.update({(word.lower(), FILE_POS[pos]) for word in words})
    number = senses[words[0].lower(), FILE_POS[pos]]
    pointers = tuple(zip(symbols, targets, strict=True))
    return SynsetEntry(sense_id(words[0], pos, number), pos, tuple(words), pointers, gloss.strip())


def _check_pointers(file: Path, entries: Iterable[SynsetEntry]) -> None:
    known = {entry.id for entry in entries}
    for entry in entries:
        for symbol, target in entry.pointers:
            if target not in known:
                raise BadInputError(f"{file}: {entry.id} points ({symbol}) to no synset: {target}")
