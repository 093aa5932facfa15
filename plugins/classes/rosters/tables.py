"""Tables of other systems and spreadsheets: read, written, or with single cells replaced.

A `Sheet` replaces cells, and every other byte of the file stays as it was."""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.public.reports import for_spreadsheet
from framework.errors import BadInputError

#: Maximum number of bytes of a table.
MAX_BYTES = 64 << 20

#: Characters without a width of their own: marks of direction, joiners, byte order marks.
_UNSEEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def plain(text: str) -> str:
    """Return `text` in the form NFC, without unseen characters and blanks at its ends."""
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text)).replace("\u00a0", " ").strip()


def decimal(text: str) -> float:
    """Return the number `text`, also one with a decimal comma; NaN for another text."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan


#: Byte order mark -> encoding of the text after the mark. Marks are kept.
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
#: Encodings without a mark, tried in this order. Latin-1 reads any bytes, and writes them back.
_ONE_BYTE = "latin-1"
_UNMARKED = ("utf-8", _ONE_BYTE)
_SEPARATORS = ",;\t"
#: A first line that tells Excel the separator.
_NAMED_SEPARATOR = re.compile(r"sep=([,;\t])", re.IGNORECASE)
_QUOTED = r'"[^"]*(?:""[^"]*)*(?:"|\Z)'


@dataclass(frozen=True)
class SheetCell:
    """A cell: its value, and where it stands in the text of the file."""

    value: str
    start: int
    end: int
    is_quoted: bool


@dataclass(frozen=True)
class SheetRow:
    """A row with at least one cell that is not blank.

    Attributes:
        line: number of its first line.
        columns: name of a column in small letters -> its number; the same for all rows.
    """

    line: int
    cells: tuple[SheetCell, ...]
    columns: Mapping[str, int] = field(compare=False, repr=False)

    def value(self, column: int | str) -> str:
        """Return the plain text of a cell; empty if there is none."""
        index = self.columns.get(column, -1) if isinstance(column, str) else column
        return plain(self.cells[index].value) if 0 <= index < len(self.cells) else ""


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
    lines: tuple[SheetRow, ...]
    _changes: dict[tuple[int, int], str] = field(default_factory=dict)
    _added: dict[SheetRow, dict[int, str]] = field(default_factory=dict)

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, as they are written."""
        return tuple(plain(cell.value) for cell in self.lines[0].cells)

    @property
    def rows(self) -> tuple[SheetRow, ...]:
        """All rows below the header."""
        return self.lines[1:]

    @property
    def columns(self) -> Mapping[str, int]:
        """Name of a column in small letters -> its number."""
        return self.lines[0].columns

    def columns_named(self, names: Collection[str]) -> list[int]:
        """Return the numbers of the columns with one of `names`, in small letters."""
        return [column for column, name in enumerate(self.header) if name.casefold() in names]

    def write(self, line: SheetRow, column: int, value: str) -> None:
        """Replace a cell; equal values leave its bytes as they are.

        A row that ends before the column gets empty cells up to it.
        """
        if column < len(line.cells):
            cell = line.cells[column]
            if cell.value != value:
                self._changes[cell.start, cell.end] = self._quoted(value, line, cell)
            return
        self._added.setdefault(line, {})[column] = self._quoted(value, line, None)

    def _quoted(self, value: str, line: SheetRow, cell: SheetCell | None) -> str:
        """Return `value` with quotes where the cell, or each cell of its row, had some."""
        has_all = all(other.is_quoted for other in line.cells if other.end > other.start)
        is_special = any(sign in value for sign in (self.separator, '"', "\n", "\r"))
        if is_special or value != value.strip() or has_all or (cell is not None and cell.is_quoted):
            return '"' + value.replace('"', '""') + '"'
        return value

    def rendered(self, columns: Sequence[int] | None = None) -> bytes:
        """Return the bytes of the file with the replaced cells; of some columns alone, if given."""
        if columns is not None:
            lines = (self.separator.join(self._texts(line, columns)) for line in self.lines)
            return self._encoded("".join(f"{line}\r\n" for line in lines))
        changes = dict(self._changes)
        for line, cells in self._added.items():
            columns, end = range(len(line.cells), max(cells) + 1), line.cells[-1].end
            further = "".join(self.separator + cells.get(i, "") for i in columns)
            changes[end, end] = changes.get((end, end), "") + further  # behind an empty last cell
        parts, done = [], 0
        for (start, end), value in sorted(changes.items()):
            parts += [self.text[done:start], value]
            done = end
        return self._encoded("".join((*parts, self.text[done:])))

    def _texts(self, line: SheetRow, columns: Sequence[int]) -> Iterator[str]:
        """Yield the cells of a row in some columns, as they stand in the file or are replaced."""
        added = self._added.get(line, {})
        for column in columns:
            if column < len(line.cells):
                cell = line.cells[column]
                written = self.text[cell.start : cell.end]
                yield self._changes.get((cell.start, cell.end), written)
            else:
                yield added.get(column, "")

    def _encoded(self, text: str) -> bytes:
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise BadInputError(
                f"{self.file} is not UTF-8, and '{error.object[error.start]}' has no place in it: "
                "export it as UTF-8, or leave out `--comments`"
            ) from None


def read_sheet(file: Path, kind: str = "gradebook") -> Sheet:
    """Read a table in UTF-8, UTF-16 or an encoding of one byte; by commas, semicolons or tabs.

    Raises:
        BadInputError: it is missing, too large, not text, or has no header.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise BadInputError(f"{file} has more than {MAX_BYTES >> 20} MiB: no {kind} of a class")
    mark = next((candidate for candidate in _MARKS if data.startswith(candidate)), b"")
    text, encoding = _decoded(file, data.removeprefix(mark), _MARKS.get(mark, ""))
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    named = _NAMED_SEPARATOR.fullmatch(first.strip(" \r\n"))
    if named is not None:
        separator = named[1]
    lines = list(_lines(text, separator))[1 if named is not None else 0 :]
    if not lines:
        raise BadInputError(f"{file} is empty: expected a line with the names of its columns")
    columns = {plain(cell.value).casefold(): i for i, cell in enumerate(lines[0][1])}
    rows = tuple(SheetRow(line, cells, columns) for line, cells in lines)
    return Sheet(file, text, encoding, mark, separator, rows)


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


def _lines(text: str, separator: str) -> Iterator[tuple[int, tuple[SheetCell, ...]]]:
    """Yield the first line and the cells of each row; blank lines are skipped."""
    sign = re.escape(separator)
    cell = re.compile(rf"(?P<quoted>{_QUOTED})?(?P<rest>[^{sign}\r\n]*)")
    end = re.compile(rf"(?P<next>{sign})|\r\n|\r|\n|\Z")
    position, number, cells = 0, 1, list[SheetCell]()
    first = 1
    while True:
        match = cell.match(text, position)
        assert match is not None  # both parts may be empty
        cells.append(_cell(match))
        number += match[0].count("\n")
        after = end.match(text, match.end())
        assert after is not None  # a cell ends before a separator, a line end, or the end
        position = after.end()
        if after["next"]:
            continue
        if any(plain(parsed.value) for parsed in cells):
            yield first, tuple(cells)
        cells, number = [], number + 1
        first = number
        if position >= len(text):
            return


def _cell(match: re.Match[str]) -> SheetCell:
    quoted = match["quoted"]
    if quoted is None:
        return SheetCell(match["rest"], match.start(), match.end(), is_quoted=False)
    closed = quoted[1:-1] if len(quoted) > 1 and quoted.endswith('"') else quoted[1:]
    value = closed.replace('""', '"') + match["rest"]
    return SheetCell(value, match.start(), match.end(), is_quoted=True)


def read_csv(file: Path) -> Sheet:
    """Read a table that has to be UTF-8 or UTF-16, as `read_sheet` does."""
    sheet = read_sheet(file, "table")
    if sheet.encoding == _ONE_BYTE:
        raise BadInputError(f"{file} is not UTF-8: save it as CSV in UTF-8")
    return sheet


def written_csv(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV without cells that a spreadsheet would run."""
    text = io.StringIO()
    cells = ([for_spreadsheet(str(cell)) for cell in row] for row in rows)
    csv.writer(text, lineterminator="\n").writerows(cells)
    return text.getvalue()
