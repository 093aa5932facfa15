"""Fills one column of a table, row by row; students are found by identifiers alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from autograder.public.reports import for_spreadsheet
from framework.errors import BadInputError, UnknownNameError, UsageError
from plugins.classes.gradebooks.request import (
    Filled,
    FillRequest,
    blank_reason,
    comment_of,
    number,
    scale,
)
from plugins.classes.rosters.roster import columns_of, identifiers
from plugins.classes.rosters.tables import Sheet, SheetRow, columns_named, plain


def _never(line: SheetRow) -> str:
    return ""


@dataclass(frozen=True)
class Layout:
    """Where the file of a system keeps points, maximum and comments.

    Attributes:
        rows: the rows of students.
        column: number of the column of points; for a new column, the number after the last column.
        maximum: what the column says it is out of; None if it says nothing.
        comments: the place of comments; None for none.
        why_kept: returns why the cell of a row stays unchanged; empty if the cell is filled.
        refuses_more: whether the system skips points above the maximum.
        as_comment: converts a comment to the form of the system.
    """

    rows: tuple[SheetRow, ...]
    column: int
    maximum: float | None = None
    comments: int | None = None
    why_kept: Callable[[SheetRow], str] = _never
    refuses_more: bool = False
    as_comment: Callable[[str], str] = field(default=str)


def fill(sheet: Sheet, layout: Layout, request: FillRequest, name: str) -> Filled:
    """Return `sheet` with the points of the students in `layout`.

    Raises:
        BadInputError: no column identifies students, or two rows are about one student.
        UsageError: the column is out of another number of points.
    """
    filler = _Filler(sheet, layout, request, scale(request, layout.maximum, name), name)
    rows = [*_students(sheet, layout, request)]
    if rows and not any(key in request.points for _, key in rows):
        raise _other_class(sheet, request)
    for line, key in rows:
        filler.fill(line, key)
    return filler.filled()


def _other_class(sheet: Sheet, request: FillRequest) -> BadInputError:
    """Return the error for a file in which no row belongs to a student of the class."""
    kinds = {kind for points in request.points.values() for kind in points.student.identifiers}
    columns = ", ".join(columns_of(sheet.as_table()).values())
    return BadInputError(
        f"{sheet.file}: no row belongs to a student of {request.assignment}. The file identifies "
        f"students by {columns}; the roster has {', '.join(sorted(kinds)) or 'no identifiers'}. "
        "Collect again with `--roster FILE` that has one of these columns"
    )


def _students(
    sheet: Sheet, layout: Layout, request: FillRequest
) -> Iterable[tuple[SheetRow, str | None]]:
    """Yield each row with the key of its student; None for a person who is not in the class."""
    table = sheet.as_table()
    columns = columns_of(table)
    if not columns:
        raise BadInputError(
            f"{sheet.file} has no column that identifies students: its columns are "
            f"{', '.join(sheet.header)}"
        )
    wanted = {line.number for line in layout.rows}
    lines = {line.number: line for line in sheet.rows}
    seen: dict[str, int] = {}
    for row in table.rows:
        if row.line not in wanted:
            continue
        key = request.roster.find(identifiers(row, columns))
        if key is not None and seen.setdefault(key, row.line) != row.line:
            raise BadInputError(
                f"{sheet.file}, lines {seen[key]} and {row.line} are about one student: nothing "
                "is written"
            )
        yield lines[row.line], key


@dataclass
class _Filler:
    """Fills the cells of rows, and records the result of each row."""

    sheet: Sheet
    layout: Layout
    request: FillRequest
    factor: float
    name: str
    found: Filled = field(default_factory=Filled)
    rows: set[str] = field(default_factory=set)

    def fill(self, line: SheetRow, key: str | None) -> None:
        """Fill one row; `key` is None for a person who is not in the class."""
        if key is None:
            self.found.unknown.append(line.number)
            return
        self.rows.add(key)
        if key not in self.request.points:
            return
        if reason := self._why_blank(line, key):
            self.found.blank[key] = reason
        elif reason := self._why_kept(line, key):
            self.found.kept[key] = reason
        else:
            self._write(line, key)

    def _why_blank(self, line: SheetRow, key: str) -> str:
        points, zero = self.request.points[key], self.request.zero_missing
        reason = blank_reason(points, zero_missing=zero)
        has_points = line.value(self.layout.column) not in ("", "-")
        return f"{reason}; the former points stay" if reason and has_points else reason

    def _value(self, key: str) -> str:
        return number(self.request.points[key].earned * self.factor)

    def _why_kept(self, line: SheetRow, key: str) -> str:
        maximum = self.layout.maximum
        if self.layout.refuses_more and maximum is not None and float(self._value(key)) > maximum:
            return f"{self._value(key)} is above the maximum of {maximum:g}"
        return self.layout.why_kept(line)

    def _write(self, line: SheetRow, key: str) -> None:
        former, value = line.value(self.layout.column), self._value(key)
        self.found.written.append(key)
        if former and not _same(former, value):
            self.found.replaced.append(key)
        if not _same(former, value):
            self.sheet.write(line, self.layout.column, value)
        if self.layout.comments is not None:
            text = self.layout.as_comment(comment_of(self.request.points[key]))
            if text:
                self.sheet.write(line, self.layout.comments, for_spreadsheet(text))

    def filled(self) -> Filled:
        """Return the filled sheet."""
        points = self.request.points
        self.found.absent = [
            key
            for key, own in points.items()
            if key not in self.rows and not blank_reason(own, zero_missing=False)
        ]
        for key, own in points.items():
            if key not in self.rows and (reason := blank_reason(own, zero_missing=False)):
                self.found.blank[key] = reason
        self.found.data, self.found.column = self.sheet.rendered(), self.name
        return self.found


def _same(former: str, value: str) -> bool:
    """Return whether two texts are the same number, as in ``8.50`` and ``8.5``."""
    try:
        return float(former.replace(",", ".")) == float(value)
    except ValueError:
        return former == value


def chosen_column(
    sheet: Sheet,
    request: FillRequest,
    names: Mapping[int, tuple[str, ...]],
    *,
    why_not_new: str = "",
) -> int:
    """Return the requested column; without a request, the only candidate.

    Args:
        names: place of a column that may be filled -> the names that mean it.
        why_not_new: why the system gets no new column; empty if it may get one.

    Raises:
        UsageError: there is none, or there are several.
    """
    wanted = request.column or request.assignment
    columns = [
        column
        for column, meanings in names.items()
        if plain(wanted).casefold() in {plain(title).casefold() for title in meanings}
    ]
    if not columns and not request.column and len(names) == 1:
        columns = list(names)
    if len(columns) == 1:
        return columns[0]
    if columns:
        listed = ", ".join(f"'{sheet.header[column]}'" for column in columns)
        raise UsageError(f"{sheet.file} has several columns '{wanted}': name one of {listed}")
    if request.is_new and request.column:
        return _new_column(sheet, request.column, why_not_new)
    titles = [sheet.header[column] for column in names]
    if request.column:
        raise UnknownNameError(f"column of {sheet.file.name}", wanted, titles)
    raise UsageError(
        f"{sheet.file}: name the column of the points with `--column`: "
        f"{', '.join(titles) or 'it has none'}"
    )


def _new_column(sheet: Sheet, name: str, why_not: str) -> int:
    if why_not:
        raise UsageError(f"{sheet.file} gets no new column: {why_not}")
    header = sheet.lines[0]
    sheet.write(header, len(header.cells), for_spreadsheet(name))
    return len(header.cells)


def comment_column(sheet: Sheet, request: FillRequest) -> int | None:
    """Return the place of the column for comments; None if none is asked for.

    Raises:
        UnknownNameError: there is no such column.
    """
    if not request.comments:
        return None
    columns = columns_named(sheet, [plain(request.comments).casefold()])
    if len(columns) != 1:
        raise UnknownNameError(f"column of {sheet.file.name}", request.comments, sheet.header)
    return columns[0]
