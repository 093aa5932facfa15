"""Tables of other systems and spreadsheets: read, written, or with single cells replaced."""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
class SheetRow:
    """A row of a table.

    Attributes:
        line: number of its first line.
        texts: the cells as they stand in the file, where `Sheet.write` replaces them.
        end: the line end; empty at the end of the file.
    """

    line: int
    cells: tuple[str, ...]
    texts: list[str]
    end: str
    columns: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    def value(self, column: int | str) -> str:
        """Return the plain text of a cell; empty if there is none."""
        index = self.columns.get(column, -1) if isinstance(column, str) else column
        return plain(self.cells[index]) if 0 <= index < len(self.cells) else ""


@dataclass(frozen=True)
class Sheet:
    """A table whose cells can be replaced.

    Attributes:
        mark: the byte order mark of the file; may be empty.
        every: every row of the file, also those that are blank.
        lines: the header, and the rows with a cell that is not blank.
        columns: name of a column in small letters -> its number.
    """

    file: Path
    encoding: str
    mark: bytes
    separator: str
    every: tuple[SheetRow, ...]
    lines: tuple[SheetRow, ...]
    columns: Mapping[str, int]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, as they are written."""
        return tuple(map(plain, self.lines[0].cells))

    @property
    def rows(self) -> tuple[SheetRow, ...]:
        """All rows below the header."""
        return self.lines[1:]

    def columns_named(self, names: Collection[str]) -> list[int]:
        """Return the numbers of the columns with one of `names`, in small letters."""
        return [column for column, name in enumerate(self.header) if name.casefold() in names]

    def write(self, line: SheetRow, column: int, value: str) -> None:
        """Replace a cell; equal values leave its bytes as they are.

        A row that ends before the column gets empty cells up to it. The value has quotes where
        the cell, or each cell of its row, had some.
        """
        if column < len(line.cells) and line.cells[column] == value:
            return
        has_all = all(text.startswith('"') for text in line.texts if text)
        line.texts.extend([""] * (column + 1 - len(line.texts)))
        is_special = any(sign in value for sign in (self.separator, '"', "\n", "\r"))
        has_some = has_all or line.texts[column].startswith('"')
        if is_special or value != value.strip() or has_some:
            value = '"' + value.replace('"', '""') + '"'
        line.texts[column] = value

    def rendered(self, columns: Sequence[int] | None = None) -> bytes:
        """Return the bytes of the file with the replaced cells; of some columns alone, if given."""
        if columns is None:
            return self._encoded(
                "".join(self.separator.join(line.texts) + line.end for line in self.every)
            )
        chosen = (
            [line.texts[i] if i < len(line.texts) else "" for i in columns] for line in self.lines
        )
        return self._encoded("".join(f"{self.separator.join(texts)}\r\n" for texts in chosen))

    def _encoded(self, text: str) -> bytes:
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise BadInputError(
                f"{self.file} is not UTF-8, and '{error.object[error.start]}' has no place in it: "
                "export it as UTF-8, or leave out `--comments`"
            ) from None


def read_sheet(file: Path, kind: str = "gradebook") -> Sheet:
    """Read a table in UTF-8, UTF-16 or an encoding of one byte; by commas, semicolons or tabs."""
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
    every = list(_rows(text, separator))
    lines = [line for line in every if any(map(plain, line.cells))][named is not None :]
    if not lines:
        raise BadInputError(f"{file} is empty: expected a line with the names of its columns")
    columns = {plain(name).casefold(): i for i, name in enumerate(lines[0].cells)}
    rows = tuple(replace(line, columns=columns) for line in lines)
    return Sheet(file, encoding, mark, separator, tuple(every), rows, columns)


def _decoded(file: Path, data: bytes, encoding: str) -> tuple[str, str]:
    """Return the text and its encoding, such that encoding it again gives `data`."""
    for candidate in (encoding,) if encoding else _UNMARKED:
        try:
            text = data.decode(candidate)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and text.encode(candidate) == data:
            return text, candidate
    raise BadInputError(f"{file} is no table of text: expected the CSV or tab file of an export")


def _rows(text: str, separator: str) -> Iterator[SheetRow]:
    """Yield every row of a file."""
    sign = re.escape(separator)
    cell = re.compile(
        rf"(?P<quoted>{_QUOTED})?(?P<rest>[^{sign}\r\n]*)(?P<end>{sign}|\r\n|\r|\n|\Z)"
    )
    first, cells, texts = 1, list[str](), list[str]()
    for match in cell.finditer(text):
        quoted, rest, end = match["quoted"], match["rest"], match["end"]
        texts.append((quoted or "") + rest)
        if quoted is not None:
            closed = quoted[1:-1] if len(quoted) > 1 and quoted.endswith('"') else quoted[1:]
            rest = closed.replace('""', '"') + rest
        cells.append(rest)
        if end == separator:
            continue
        yield SheetRow(first, tuple(cells), texts, end)
        if match.end() == len(text):  # what follows the last line end is no row
            return
        first += "".join(texts).count("\n") + 1
        cells, texts = [], []


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
