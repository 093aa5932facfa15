"""The gradebooks that ship with gradus: where each system keeps points, maximum and locks."""

from __future__ import annotations

import html
import re

from framework.errors import BadInputError, UsageError
from plugins.classes.gradebooks.filling import Layout, chosen_column, comment_column, fill
from plugins.classes.gradebooks.request import Filled, FillRequest, first_maximum
from plugins.classes.rosters.roster import columns_of, is_canvas_gradebook
from plugins.classes.rosters.tables import Sheet, SheetRow, columns_named, read_sheet

_CANVAS_ASSIGNMENT = re.compile(r"(?P<title>.*)\s\((?P<id>\d+)\)")
_READ_ONLY = "(read only)"
#: Words of Canvas in place of points: excused, not assigned.
_CANVAS_WORDS = ("EX", "N/A")

_PARTICIPANT = re.compile(r"\D+ \d+")
#: "Grade" in the languages of Moodle that we know; in others, the maximum stands beside it.
_GRADE = (
    *("grade", "bewertung", "calificación", "note", "valutazione", "cijfer", "nota", "karakter"),
    *("betyg", "arvosana", "ocena", "známka", "оценка", "оцінка", "not", "成绩", "成績", "評点"),
    *("평점", "ציון", "الدرجة", "βαθμός", "érdemjegy", "qualificació", "hinne"),
)
#: "No" of "Grade can be changed" in these languages.
_NO = ("no", "nein", "non", "nee", "não", "nej", "nei", "ei", "nie", "ne", "нет", "ні", "hayır",
       "否", "いいえ", "아니오", "לא", "لا", "όχι", "nem")  # fmt: skip

_BLACKBOARD = re.compile(
    r"(?P<title>.*?)\s*\[[^\]]*?(?P<maximum>\d+(?:[.,]\d+)?)[^\]]*\]\s*\|\s*(?P<id>\d+)"
)


def fill_canvas(request: FillRequest) -> Filled:
    """Fill one assignment of Canvas's gradebook export.

    Rows without a user's number, as "Points Possible", columns that are read only, and cells with
    ``EX`` or ``N/A`` stay as they are.
    """
    sheet = read_sheet(request.export)
    if not is_canvas_gradebook(sheet.as_table()):
        raise _other_file(sheet, "Student, ID and Section", "Grades > Export > Export gradebook")
    (id_column,) = columns_named(sheet, ["id"])[:1]
    rows = tuple(line for line in sheet.rows if line.value(id_column).isdigit())
    others = [line for line in sheet.rows if line not in rows]
    columns: dict[int, tuple[str, ...]] = {}
    for number, name in enumerate(sheet.header):
        match = _CANVAS_ASSIGNMENT.fullmatch(name)
        if match is not None and not any(line.value(number) == _READ_ONLY for line in others):
            columns[number] = (name, match["title"], match["id"])
    reason = "Canvas makes a new assignment of it. Make the assignment there, and export again"
    column = chosen_column(sheet, request, columns, why_not_new=reason)
    if request.comments:
        raise UsageError("Canvas's gradebook has no comments: leave out `--comments`")
    layout = Layout(
        rows,
        column,
        first_maximum([line.value(column) for line in others]),
        why_kept=lambda line: _canvas_word(line.value(column)),
    )
    return fill(sheet, layout, request, sheet.header[column])


def _canvas_word(value: str) -> str:
    if value.upper() not in _CANVAS_WORDS:
        return ""
    return "Canvas says 'excused'" if value.upper() == "EX" else "Canvas says 'not assigned'"


def fill_moodle_worksheet(request: FillRequest) -> Filled:
    """Fill the column of grades in Moodle's grading worksheet, in any language.

    Rows whose grade cannot be changed stay as they are.
    """
    sheet = read_sheet(request.export)
    if not sheet.rows or not all(_PARTICIPANT.fullmatch(line.value(0)) for line in sheet.rows):
        wanted = "Identifier with 'Participant 1007'"
        raise _other_file(sheet, wanted, "the assignment's Download grading worksheet")
    column = _grade_column(sheet, request)
    maxima = {line.value(column + 1) for line in sheet.rows}
    layout = Layout(
        sheet.rows,
        column,
        first_maximum([*maxima]) if len(maxima) == 1 else None,
        comment_column(sheet, request),
        why_kept=lambda line: _locked(line, column + 2),
        refuses_more=True,
        as_comment=lambda text: html.escape(text, quote=False),
    )
    return fill(sheet, layout, request, sheet.header[column])


def _grade_column(sheet: Sheet, request: FillRequest) -> int:
    """Return the column of grades: as named, by a known title, or the column before the maximum."""
    if request.column:
        columns = {number: (name,) for number, name in enumerate(sheet.header)}
        return chosen_column(sheet, request, columns, why_not_new="Moodle would not read it")
    candidates = columns_named(sheet, _GRADE)
    if len(candidates) != 1:
        candidates = [
            number for number in range(len(sheet.header) - 1) if _is_before_maximum(sheet, number)
        ]
    if len(candidates) == 1:
        return candidates[0]
    raise UsageError(
        f"{sheet.file}: which column has the grades? Name it with `--column`: "
        f"{', '.join(sheet.header)}"
    )


def _is_before_maximum(sheet: Sheet, column: int) -> bool:
    """Return whether the next column holds the maximum grade: the same number in all rows."""
    maxima = {line.value(column + 1) for line in sheet.rows}
    return len(maxima) == 1 and first_maximum([*maxima]) is not None


def _locked(line: SheetRow, column: int) -> str:
    return "Moodle says that it cannot be changed" if line.value(column).casefold() in _NO else ""


def fill_moodle_gradebook(request: FillRequest) -> Filled:
    """Fill a column of a table for Moodle's import into the gradebook.

    Students of a row are found by ID number, address or username. Moodle stops the whole import
    at an unknown student: rows that belong to no student stay as they are, and are listed.
    """
    return _fill_table(request)


def fill_csv(request: FillRequest) -> Filled:
    """Fill a column of any table with a row for each student."""
    return _fill_table(request)


def _fill_table(request: FillRequest) -> Filled:
    sheet = read_sheet(request.export)
    identity = {*columns_of(sheet.as_table()).values()}
    columns = {
        number: (name, name.partition(" (")[0], name.partition(":")[2].partition(" (")[0])
        for number, name in enumerate(sheet.header)
        if name and name.casefold() not in identity
    }
    column = chosen_column(sheet, request, columns)
    name = sheet.header[column] if column < len(sheet.header) else request.column
    comments = comment_column(sheet, request)
    return fill(sheet, Layout(sheet.rows, column, comments=comments), request, name)


def fill_blackboard(request: FillRequest) -> Filled:
    """Fill one column of Blackboard's download of the Grade Center: CSV, or tabs in UTF-16."""
    sheet = read_sheet(request.export)
    columns: dict[int, tuple[str, ...]] = {}
    maxima: dict[int, float | None] = {}
    for number, name in enumerate(sheet.header):
        if (match := _BLACKBOARD.fullmatch(name)) is not None:
            columns[number] = (name, match["title"], match["id"])
            maxima[number] = first_maximum([match["maximum"]])
    if not columns:
        wanted = "a column as in 'Lab 1 [Total Pts: 10 Score] |12345'"
        raise _other_file(sheet, wanted, "Grade Center > Work Offline > Download")
    reason = "Blackboard makes a text column of 0 points of it. Make the column there first"
    column = chosen_column(sheet, request, columns, why_not_new=reason)
    layout = Layout(sheet.rows, column, maxima[column], comment_column(sheet, request))
    return fill(sheet, layout, request, sheet.header[column])


def _other_file(sheet: Sheet, wanted: str, source: str) -> BadInputError:
    return BadInputError(
        f"{sheet.file} is not the export that is filled: expected {wanted}, found "
        f"{', '.join(sheet.header)}. It comes from {source}"
    )
