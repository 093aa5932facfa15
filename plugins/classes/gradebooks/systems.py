"""The gradebooks that ship with gradus: where each system keeps points, maximum and locks."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from autograder.public.reports import for_spreadsheet, number
from framework.errors import BadInputError, UnknownNameError, UsageError
from plugins.classes.gradebooks.fill_request import (
    Filled,
    FillRequest,
    blank_reason,
    comment_of,
    scale,
)
from plugins.classes.rosters.roster import PARTICIPANT, columns_of, is_canvas_gradebook, whole
from plugins.classes.rosters.tables import Sheet, SheetRow, decimal, plain, read_sheet

_CANVAS_ASSIGNMENT = re.compile(r"(?P<title>.*)\s\((?P<id>\d+)\)")
#: Words of Canvas in place of points -> why the cell stays as it is.
_CANVAS_WORDS = {"EX": "Canvas says 'excused'", "N/A": "Canvas says 'not assigned'"}

#: "No" of "Grade can be changed" in the languages of Moodle that we know.
_NO = ("no", "nein", "non", "nee", "não", "nej", "nei", "ei", "nie", "ne", "нет", "ні", "hayır",
       "否", "いいえ", "아니오", "לא", "لا", "όχι", "nem")  # fmt: skip

_BLACKBOARD = re.compile(
    r"(?P<title>.*?)\s*\[[^\]]*?(?P<maximum>\d+(?:[.,]\d+)?)[^\]]*\]\s*\|\s*(?P<id>\d+)"
)


_D2L = re.compile(
    r"(?P<title>[^<]+) Points Grade(?: <Numeric MaxPoints:(?P<maximum>\d+(?:[.,]\d+)?)[^>]*>)?"
)
_D2L_END = "end-of-line indicator"


def fill_canvas(request: FillRequest) -> Filled:
    """Fill one assignment of Canvas's gradebook export.

    Rows without a user's number, as "Points Possible", columns that are read only, and cells with
    ``EX`` or ``N/A`` stay as they are. Canvas imports every column of a file: the file that is
    written has no other assignment, so that an import changes no points that came after the export.
    """
    sheet = read_sheet(request.export)
    if not is_canvas_gradebook(sheet):
        raise _other_file(sheet, "Student, ID and Section", "Grades > Export > Export gradebook")
    rows = [row for row in sheet.rows if whole(row.value("id")).isdigit()]
    others = [row for row in sheet.rows if row not in rows]
    titles = {
        index: title
        for index, title in _titles(sheet, _CANVAS_ASSIGNMENT.fullmatch).items()
        if not any(row.value(index) == "(read only)" for row in others)
    }
    reason = "Canvas makes a new assignment of it. Make the assignment there, and export again"
    column = _chosen_column(sheet, request, _names(titles), why_not_new=reason)
    if request.comments:
        raise UsageError("Canvas's gradebook has no comments: leave out `--comments`")
    maximum = _first_maximum([row.value(column) for row in others])
    return _fill(
        sheet, request, rows, column, maximum,
        why_kept=lambda row, _: _CANVAS_WORDS.get(row.value(column).upper(), ""),
        written=[*range(sheet.columns["section"] + 1), column],
    )  # fmt: skip


def fill_moodle_worksheet(request: FillRequest) -> Filled:
    """Fill the column of grades in Moodle's grading worksheet, in any language.

    Rows whose grade cannot be changed stay as they are, and those with points above the maximum,
    which Moodle skips.
    """
    sheet = read_sheet(request.export)
    if not sheet.rows or not all(PARTICIPANT.fullmatch(row.value(0)) for row in sheet.rows):
        wanted = "Identifier with 'Participant 1007'"
        raise _other_file(sheet, wanted, "the assignment's Download grading worksheet")
    column = _grade_column(sheet, request)
    maximum = _common_maximum(sheet, column + 1)

    def why_kept(row: SheetRow, value: str) -> str:
        if maximum is not None and float(value) > maximum:
            return f"{value} is above the maximum of {maximum:g}"
        is_locked = row.value(column + 2).casefold() in _NO
        return "Moodle says that it cannot be changed" if is_locked else ""

    as_comment = partial(html.escape, quote=False)
    return _fill(sheet, request, sheet.rows, column, maximum, why_kept, as_comment)


def _grade_column(sheet: Sheet, request: FillRequest) -> int:
    """Return the column of grades: as named, or the column before the maximum."""
    if request.column:
        columns = {index: (name,) for index, name in enumerate(sheet.header)}
        return _chosen_column(sheet, request, columns, why_not_new="Moodle would not read it")
    before_last = range(len(sheet.header) - 1)
    candidates = [i for i in before_last if _common_maximum(sheet, i + 1) is not None]
    if len(candidates) == 1:
        return candidates[0]
    raise UsageError(
        f"{sheet.file}: which column has the grades? Name it with `--column`: "
        f"{', '.join(sheet.header)}"
    )


def _common_maximum(sheet: Sheet, column: int) -> float | None:
    """Return the positive number that a column has in all rows; None for another column."""
    values = {row.value(column) for row in sheet.rows}
    return _first_maximum([*values]) if len(values) == 1 else None


def fill_table(request: FillRequest) -> Filled:
    """Fill a column of any table with a row for each student, as for Moodle's own import.

    Moodle stops the whole import at an unknown student: rows that belong to no student stay as
    they are, and are listed.
    """
    sheet = read_sheet(request.export)
    identity = {*columns_of(sheet).values()}
    columns = {
        index: (name, name.partition(" (")[0], name.partition(":")[2].partition(" (")[0])
        for index, name in enumerate(sheet.header)
        if name and name.casefold() not in identity
    }
    column = _chosen_column(sheet, request, columns)
    return _fill(sheet, request, sheet.rows, column, may_grow=True)


def fill_blackboard(request: FillRequest) -> Filled:
    """Fill one column of Blackboard's download of the Grade Center: CSV, or tabs in UTF-16."""
    sheet = read_sheet(request.export)
    titles = _titles(sheet, _BLACKBOARD.fullmatch)
    if not titles:
        wanted = "a column as in 'Lab 1 [Total Pts: 10 Score] |12345'"
        raise _other_file(sheet, wanted, "Grade Center > Work Offline > Download")
    reason = "Blackboard makes a text column of 0 points of it. Make the column there first"
    column = _chosen_column(sheet, request, _names(titles), why_not_new=reason)
    return _fill(sheet, request, sheet.rows, column, _first_maximum([titles[column]["maximum"]]))


def fill_d2l(request: FillRequest) -> Filled:
    """Fill one grade item of D2L Brightspace's export (Grades > Enter Grades > Export to CSV).

    The file that is written has the columns that an import needs, and no names, addresses or other
    items: identifiers, the item, and the column that ends each line.
    """
    sheet = read_sheet(request.export)
    keys = sheet.columns_named(("orgdefinedid", "username"))
    end = sheet.columns_named((_D2L_END,))
    titles = _titles(sheet, _D2L.fullmatch)
    if not (keys and titles and end):
        wanted = "OrgDefinedId or Username, 'Lab 1 Points Grade', and End-of-Line Indicator"
        raise _other_file(sheet, wanted, "Grades > Enter Grades > Export, with points grades")
    reason = "D2L may make a new item of it. Make the item there, and export again"
    column = _chosen_column(sheet, request, _names(titles), why_not_new=reason)
    maximum = _first_maximum([titles[column]["maximum"] or ""])
    return _fill(sheet, request, sheet.rows, column, maximum, written=[*keys, column, *end])


def _titles(sheet: Sheet, read: Callable[[str], re.Match[str] | None]) -> dict[int, re.Match[str]]:
    """Return number of a column -> its title, of the columns whose titles `read` knows."""
    matches = {index: read(name) for index, name in enumerate(sheet.header)}
    return {index: match for index, match in matches.items() if match is not None}


def _names(titles: Mapping[int, re.Match[str]]) -> dict[int, tuple[str, ...]]:
    """Return number of a column -> the names that mean it."""
    return {
        index: (match[0], match["title"], match.groupdict().get("id", ""))
        for index, match in titles.items()
    }


def _other_file(sheet: Sheet, wanted: str, source: str) -> BadInputError:
    return BadInputError(
        f"{sheet.file} is not the export that is filled: expected {wanted}, found "
        f"{', '.join(sheet.header)}. It comes from {source}"
    )


def _first_maximum(texts: Sequence[str]) -> float | None:
    """Return the first of `texts` that is a positive number."""
    return next((value for value in map(decimal, texts) if 0 < value < float("inf")), None)


def _chosen_column(
    sheet: Sheet,
    request: FillRequest,
    names: Mapping[int, tuple[str, ...]],
    *,
    why_not_new: str = "",
) -> int:
    """Return the requested column; without a request, the only candidate."""
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
        if why_not_new:
            raise UsageError(f"{sheet.file} gets no new column: {why_not_new}")
        sheet.write(sheet.lines[0], len(sheet.header), for_spreadsheet(request.column))
        return len(sheet.header)
    titles = [sheet.header[column] for column in names]
    if request.column:
        raise UnknownNameError(f"column of {sheet.file.name}", wanted, titles)
    raise UsageError(
        f"{sheet.file}: name the column of the points with `--column`: "
        f"{', '.join(titles) or 'it has none'}"
    )


def _fill(
    sheet: Sheet,
    request: FillRequest,
    rows: Sequence[SheetRow],
    column: int,
    maximum: float | None = None,
    why_kept: Callable[[SheetRow, str], str] = lambda row, value: "",
    as_comment: Callable[[str], str] = str,
    written: Sequence[int] | None = None,
    *,
    may_grow: bool = False,
) -> Filled:
    """Fill the points of the students in `rows`.

    Args:
        column: number of the column of points; for a new one, the number after the last column.
        maximum: what the column says it is out of; None if it says nothing.
        why_kept: returns why the cell of a row does not get a value; empty if it does.
        may_grow: whether a missing column of comments may be added.
    """
    comments = _comment_column(sheet, request, may_grow=may_grow)
    filled = Filled(column=[*sheet.header, request.column][column])
    factor = scale(request, maximum, filled.column)
    students = _students(sheet, request, rows)
    for row, key in students:
        if key is None:
            filled.unknown.append(row.line)
        if key is None or key not in request.points:
            continue
        points, former = request.points[key], row.value(column)
        value = number(points.earned * factor)
        if reason := blank_reason(points, zero_missing=request.zero_missing):
            stays = "" if former in ("", "-") else "; the former points stay"
            filled.blank[key] = reason + stays
        elif reason := why_kept(row, value):
            filled.kept[key] = reason
        else:
            filled.written.append(key)
            if decimal(former) != float(value):
                sheet.write(row, column, value)
                if former:
                    filled.replaced.append(key)
            if comments is not None and (text := as_comment(comment_of(points))):
                sheet.write(row, comments, for_spreadsheet(text))
    in_file = {key for _, key in students}
    for key, points in request.points.items():
        if key not in in_file:
            if reason := blank_reason(points, zero_missing=False):
                filled.blank[key] = reason
            else:
                filled.absent.append(key)
    filled.data = sheet.rendered(written)
    return filled


def _comment_column(sheet: Sheet, request: FillRequest, *, may_grow: bool) -> int | None:
    if not request.comments:
        return None
    columns = sheet.columns_named([plain(request.comments).casefold()])
    if not columns and may_grow and request.is_new:
        columns = [len(sheet.lines[0].texts)]
        sheet.write(sheet.lines[0], columns[0], for_spreadsheet(request.comments))
    if len(columns) != 1:
        raise UnknownNameError(f"column of {sheet.file.name}", request.comments, sheet.header)
    return columns[0]


def _students(
    sheet: Sheet, request: FillRequest, rows: Sequence[SheetRow]
) -> list[tuple[SheetRow, str | None]]:
    """Return each row with the key of its student; None for a person who is not in the class."""
    lines = {row.line for row in rows}
    listed = request.roster.rows(sheet, f": its columns are {', '.join(sheet.header)}")
    students = [(row, key) for row, key in listed if row.line in lines]
    seen: dict[str, int] = {}
    for row, key in students:
        if key is not None and seen.setdefault(key, row.line) != row.line:
            raise BadInputError(
                f"{sheet.file}, lines {seen[key]} and {row.line} are about one student: nothing "
                "is written"
            )
    if not seen.keys() & request.points.keys():
        kinds = {kind for points in request.points.values() for kind in points.student.identifiers}
        raise BadInputError(
            f"{sheet.file}: no row belongs to a student of {request.assignment}. The file "
            f"identifies students by {', '.join(columns_of(sheet).values())}; the roster has "
            f"{', '.join(sorted(kinds)) or 'no identifiers'}. Collect again with `--roster FILE` "
            "that has one of these columns"
        )
    return students
