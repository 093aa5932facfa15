"""CSV files that other systems and spreadsheets write: encoding, separator, names of columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from framework.errors import BadInputError

#: The maximum number of bytes of such a file.
MAX_BYTES = 64 << 20

#: Characters without a width of their own: marks of direction, joiners, byte order marks.
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Row:
    """A row of a table: column -> text, and its line in the file."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class CsvTable:
    """A table: its file, the columns in small letters, and the rows that are not empty."""

    file: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def plain(text: str) -> str:
    """Return `text` in the form NFC, without unseen characters and blanks at its ends."""
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text)).replace("\u00a0", " ").strip()


def read_csv(file: Path) -> CsvTable:
    """Read `file`: UTF-8 or UTF-16; separated by commas, semicolons or tabs.

    Raises:
        BadInputError: it is missing, too large, not text, or has no header.
    """
    text = _decoded(file)
    header = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        lines = [(reader.line_num, cells) for cells in reader if any(map(plain, cells))]
    except csv.Error as error:
        raise BadInputError(f"{file}, line {reader.line_num}: no CSV ({error})") from None
    if not lines:
        raise BadInputError(f"{file} is empty: expected a line with the names of its columns")
    columns = tuple(plain(cell).casefold() for cell in lines[0][1])
    return CsvTable(file, columns, tuple(_row(line, columns, cells) for line, cells in lines[1:]))


def _row(line: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
    return Row(line, dict(zip(columns, map(plain, cells), strict=False)))


def bytes_of(file: Path, kind: str) -> bytes:
    """Return the bytes of `file`.

    Args:
        kind: what it is, in the message about its size.

    Raises:
        BadInputError: it cannot be read, or has more than `MAX_BYTES`.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise BadInputError(f"{file} has more than {MAX_BYTES >> 20} MiB: no {kind} of a class")
    return data


def _decoded(file: Path) -> str:
    data = bytes_of(file, "table")
    encoding = "utf-16" if data.startswith(_UTF_16) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise BadInputError(f"{file} is not UTF-8: save it as CSV in UTF-8") from None
