"""WordNet, read from its own database files.

A line of ``data.noun`` is a synset; it begins with its byte offset, and names others by theirs. A
line of ``index.noun`` is a word with the offsets of its senses, the most common sense first:

    00002137 03 n 02 dog 0 domestic_dog 0 001 @ 00001930 n 0000 | gloss
    dog n 1 1 @ 1 1 00002137

Source: Fellbaum (ed.), *WordNet: An Electronic Lexical Database* (1998); manual page ``wndb``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from framework.data.lexicon.entries import FILE_POS, HYPERNYM, INSTANCE_HYPERNYM, sense_id
from framework.data.lexicon.synsets import Lexicon, Synset
from framework.data.text_lines import lines_of, read_text
from framework.errors import BadInputError

#: Where Debian's package ``wordnet-base`` puts the database.
DEBIAN_WORDNET = Path("/usr/share/wordnet")

#: The parts of speech that have files.
_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
#: What may follow an adjective, as in ``galore(ip)``: its position in a phrase.
_POSITION = re.compile(r"\((?:a|p|ip)\)$")
#: Pointers to a more general synset.
_ABOVE = (HYPERNYM, INSTANCE_HYPERNYM)


class _Line(NamedTuple):
    """A synset, with the keys of its hypernyms; a key is the part of speech and the offset."""

    pos: str
    words: list[str]
    hypernyms: list[str]


def read_wordnet(folder: Path = DEBIAN_WORDNET) -> Lexicon:
    """Return the lexicon in `folder`, in the format of WordNet's database files.

    The whole of WordNet (117 659 synsets) takes a few seconds.

    Args:
        folder: has ``data.noun``, ``index.noun`` and those of the other parts of speech.

    Raises:
        BadInputError: files are missing, or they are no such database.
    """
    _check_files(folder)
    lines: dict[str, _Line] = {}
    ids: dict[str, str] = {}
    senses: dict[str, list[str]] = defaultdict(list)
    for pos, name in _FILES.items():
        for file, columns in _rows(folder / f"data.{name}"):
            lines[pos + columns[0]] = _synset(file, columns)
        for file, columns in _rows(folder / f"index.{name}"):
            word, keys = columns[0], _senses(file, columns, lines)
            senses[word] += keys
            for number, key in enumerate(keys, start=1):
                first = lines[key].words[0]
                if first.lower() == word:
                    ids[key] = sense_id(first, lines[key].pos, number)
    return _lexicon(folder, lines, ids, senses)


def _rows(file: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield `file` and the columns of each line; a line of the licence begins with blanks."""
    for line in lines_of(read_text(file)):
        columns = line.partition("|")[0].split()
        if columns and not line.startswith("  "):
            yield file, columns


def _synset(file: Path, columns: list[str]) -> _Line:
    """Return the synset on a line of a data file; the number of its words is hexadecimal."""
    try:
        after_words = 4 + 2 * int(columns[3], 16)
        words = [_POSITION.sub("", word) for word in columns[4:after_words:2]]
        end = after_words + 1 + 4 * int(columns[after_words])
        pointers = columns[after_words + 1 : end]
        if len(columns) < end or not words or FILE_POS[columns[2]] not in _FILES:
            raise ValueError
    except (ValueError, IndexError, KeyError):
        raise _broken(file, columns, "is no synset") from None
    named = zip(pointers[::4], pointers[1::4], pointers[2::4], strict=True)
    hypernyms = [pos + offset for symbol, offset, pos in named if symbol in _ABOVE]
    return _Line(columns[2], words, hypernyms)


def _senses(file: Path, columns: list[str], lines: Mapping[str, _Line]) -> list[str]:
    """Return the keys of the senses of a word, from a line of an index file."""
    try:
        count, pointers = int(columns[2]), int(columns[3])
    except (ValueError, IndexError):
        raise _broken(file, columns, "is no word with its senses") from None
    keys = [columns[1] + offset for offset in columns[6 + pointers :]]
    if len(keys) != count or not all(key in lines for key in keys):
        raise _broken(file, columns, "has other senses than the data file")
    return keys


def _lexicon(
    folder: Path,
    lines: Mapping[str, _Line],
    ids: Mapping[str, str],
    senses: Mapping[str, list[str]],
) -> Lexicon:
    """Return the plain form, with `ids` in place of the keys."""
    try:
        synsets = {
            ids[key]: Synset(
                pos=line.pos,
                words=line.words,
                hypernyms=sorted(ids[above] for above in line.hypernyms),
            )
            for key, line in lines.items()
        }
        index = {word: [ids[key] for key in senses[word]] for word in sorted(senses)}
    except KeyError as error:
        raise BadInputError(
            f"{folder} is no WordNet database that can be read: no word of an index file names "
            f"the synset {error.args[0]}"
        ) from None
    return Lexicon(synsets=synsets, index=index)


def _broken(file: Path, columns: list[str], problem: str) -> BadInputError:
    line = " ".join(columns)[:60]
    return BadInputError(
        f"{file.parent} is no WordNet database that can be read: '{line}' in {file.name} {problem}"
    )


def _check_files(folder: Path) -> None:
    names = [f"{kind}.{name}" for name in _FILES.values() for kind in ("data", "index")]
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise BadInputError(
            f"{folder} has no {', '.join(missing)}: is it a WordNet database? Debian's package "
            f"wordnet-base has it in {DEBIAN_WORDNET}"
        )
