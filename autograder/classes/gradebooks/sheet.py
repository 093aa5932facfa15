"""A table of which single cells are replaced, and every other byte stays as it was."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classes.rosters.roster import CsvTable, Row, bytes_of, plain
from framework.errors import BadInputError

#: Byte order mark -> encoding of what follows it; it is kept.
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
#: Tried in this order where there is no mark; the last one reads all bytes, and writes them back.
_UNMARKED = ("utf-8", "latin-1")
_SEPARATORS = ",;\t"
_QUOTED = r'"[^"]*(?:""[^"]*)*(?:"|\Z)'


@dataclass(frozen=True)
class Cell:
    """A cell: its value, and where it stands in the text of the file."""

    value: str
    start: int
    end: int
    is_quoted: bool


@dataclass(frozen=True)
class Line:
    """A row with at least one cell that is not blank, and the number of its first line."""

    number: int
    cells: tuple[Cell, ...]

    def value(self, column: int) -> str:
        """Return the plain text of a cell; empty if the row ends before it."""
        return plain(self.cells[column].value) if column < len(self.cells) else ""


@dataclass
class Sheet:
    """A table as text, with the cells that are to be replaced.

    Attributes:
        lines: the header, and all rows.
        mark: the byte order mark of the file; may be empty.
    """

    file: Path
    text: str
    encoding: str
    mark: bytes
    separator: str
    lines: tuple[Line, ...]
    _changes: dict[tuple[int, int], str] = field(default_factory=dict)
    _added: dict[Line, dict[int, str]] = field(default_factory=dict)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, as they are written."""
        return tuple(plain(cell.value) for cell in self.lines[0].cells)

    @property
    def rows(self) -> tuple[Line, ...]:
        """All rows below the header."""
        return self.lines[1:]

    def as_table(self) -> CsvTable:
        """Return it as rosters read tables: columns in small letters."""
        columns = tuple(name.casefold() for name in self.header)
        rows = (
            Row(row.number, dict(zip(columns, map(row.value, range(len(columns))), strict=True)))
            for row in self.rows
        )
        return CsvTable(self.file, columns, tuple(rows))

    def write(self, line: Line, column: int, value: str) -> None:
        """Replace a cell; equal values leave its bytes as they are.

        A row that ends before the column gets empty cells up to it.
        """
        if column < len(line.cells):
            cell = line.cells[column]
            if cell.value != value:
                self._changes[cell.start, cell.end] = self._quoted(value, line, cell)
            return
        self._added.setdefault(line, {})[column] = self._quoted(value, line, None)

    def _quoted(self, value: str, line: Line, cell: Cell | None) -> str:
        """Return `value` with quotes where the cell, or each cell of its row, had some."""
        has_all = all(one.is_quoted for one in line.cells if one.end > one.start)
        is_special = any(sign in value for sign in (self.separator, '"', "\n", "\r"))
        if is_special or value != value.strip() or has_all or (cell is not None and cell.is_quoted):
            return '"' + value.replace('"', '""') + '"'
        return value

    def rendered(self) -> bytes:
        """Return the bytes of the file with the replaced cells.

        Raises:
            BadInputError: its encoding has no place for a character of a new cell.
        """
        parts, done = [], 0
        for (start, end), value in sorted([*self._changes.items(), *self._appended()]):
            parts += [self.text[done:start], value]
            done = end
        text = "".join((*parts, self.text[done:]))
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise BadInputError(
                f"{self.file} is not UTF-8, and '{error.object[error.start]}' has no place in it: "
                "export it as UTF-8, or leave out `--comments`"
            ) from None

    def _appended(self) -> Iterator[tuple[tuple[int, int], str]]:
        """Yield the end of each row that gets further cells, and these cells."""
        for line, cells in self._added.items():
            columns = range(len(line.cells), max(cells) + 1)
            text = "".join(self.separator + cells.get(column, "") for column in columns)
            yield (line.cells[-1].end, line.cells[-1].end), text


def read_sheet(file: Path) -> Sheet:
    """Read a table in UTF-8, UTF-16 or an encoding of one byte; by commas, semicolons or tabs.

    Raises:
        BadInputError: it is missing, too large, not text, or has no header.
    """
    data = bytes_of(file, "gradebook")
    mark = next((one for one in _MARKS if data.startswith(one)), b"")
    text, encoding = _decoded(file, data.removeprefix(mark), _MARKS.get(mark, ""))
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    lines = tuple(_lines(text, separator))
    if not lines:
        raise BadInputError(f"{file} is empty: expected a line with the names of its columns")
    return Sheet(file, text, encoding, mark, separator, lines)


def _decoded(file: Path, data: bytes, encoding: str) -> tuple[str, str]:
    """Return the text and its encoding, such that encoding it again gives `data`."""
    for candidate in (encoding,) if encoding else (*_unmarked_utf16(data), *_UNMARKED):
        try:
            text = data.decode(candidate)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and text.encode(candidate) == data:
            return text, candidate
    raise BadInputError(f"{file} is no table of text: expected the CSV or tab file of an export")


def _unmarked_utf16(data: bytes) -> Iterator[str]:
    """Yield an encoding of two bytes whose pattern `data` begins with."""
    start = data[:200]
    if start[1::2].count(0) * 2 > len(start[1::2]):
        yield "utf-16-le"
    elif start[::2].count(0) * 2 > len(start[::2]):
        yield "utf-16-be"


def _lines(text: str, separator: str) -> Iterator[Line]:
    """Yield the rows; blank lines are skipped."""
    sign = re.escape(separator)
    cell = re.compile(rf"(?P<quoted>{_QUOTED})?(?P<rest>[^{sign}\r\n]*)")
    end = re.compile(rf"(?P<next>{sign})|\r\n|\r|\n|\Z")
    place, number, cells = 0, 1, list[Cell]()
    first = 1
    while True:
        found = cell.match(text, place)
        assert found is not None  # both parts may be empty
        cells.append(_cell(found))
        number += found[0].count("\n")
        after = end.match(text, found.end())
        assert after is not None  # a cell ends before a separator, a line end, or the end
        place = after.end()
        if after["next"]:
            continue
        if any(plain(one.value) for one in cells):
            yield Line(first, tuple(cells))
        cells, number = [], number + 1
        first = number
        if place >= len(text):
            return


def _cell(found: re.Match[str]) -> Cell:
    quoted = found["quoted"]
    if quoted is None:
        return Cell(found["rest"], found.start(), found.end(), is_quoted=False)
    closed = quoted[1:-1] if len(quoted) > 1 and quoted.endswith('"') else quoted[1:]
    value = closed.replace('""', '"') + found["rest"]
    return Cell(value, found.start(), found.end(), is_quoted=True)


def columns_named(sheet: Sheet, names: Sequence[str]) -> list[int]:
    """Return the columns with one of `names`, in small letters."""
    return [place for place, name in enumerate(sheet.header) if name.casefold() in names]
