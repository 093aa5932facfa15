"""The identifiers of students in tables of other systems, found by the names of columns.

A display name is none: names are not unique, and systems write them in different forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from autograder.classes.rosters.tables import CsvTable, Row, plain

#: Kind of identifier -> columns that hold it. The first kind that all students have is their key.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "student": ("student", "student_id", "student id", "identifier", "key"),
    "sid": ("sid", "sis user id", "id number", "matriculation", "student number"),
    "username": ("username", "user name", "sis login id", "login", "login_id"),
    "email": ("email", "email address", "e-mail", "mail"),
    "github": ("github", "github_username", "github username"),
    "canvas": ("canvas", "canvas_id", "canvas id"),
    "participant": ("participant", "participant_id", "moodle"),
}
#: Columns with the name of a student, and with the group.
NAMES = ("name", "full name", "full_name")
GROUPS = ("group", "group_name", "group name", "team")
GROUP_IDS = ("group_id", "group id", "team_id")

_PARTICIPANT = re.compile(r"[^\d]+ (\d+)")
_MARKS = re.compile(r"[^@\s]+@[^@\s]+")


def folded(value: str) -> str:
    """Return the form in which identifiers are compared."""
    return plain(value).casefold()


def columns_of(table: CsvTable) -> dict[str, str]:
    """Return kind -> column of the identifiers in `table`.

    A Canvas gradebook calls a display name ``Student``, and Classroom 50 calls a name on GitHub
    ``username``. The tables of Moodle are in the language of their author: participants and e-mail
    addresses are recognised by their form.
    """
    known = {
        kind: next((name for name in names if name in table.columns), "")
        for kind, names in COLUMNS.items()
    }
    if is_canvas_gradebook(table):
        known |= {"student": "", "canvas": "id"}
    if "github_id" in table.columns and not known["github"]:
        known |= {"github": known["username"], "username": ""}
    if participants := _column_like(table, _PARTICIPANT):
        if known["student"] == participants:
            known["student"] = ""
        known["participant"] = known["participant"] or participants
    if participants or not any(known.values()):
        known["email"] = known["email"] or _column_like(table, _MARKS)
    return {kind: column for kind, column in known.items() if column}


def is_canvas_gradebook(table: CsvTable) -> bool:
    """Return whether `table` has the columns of a Canvas gradebook."""
    return {"student", "id", "section"} <= set(table.columns)


def _column_like(table: CsvTable, pattern: re.Pattern[str]) -> str:
    """Return the first column all of whose cells match `pattern`; empty for none."""
    for column in table.columns:
        cells = [row.cells.get(column, "") for row in table.rows]
        if cells and all(map(pattern.fullmatch, cells)):
            return column
    return ""


def identifiers(row: Row, columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield kind and value of each identifier in `row`."""
    for kind, column in columns.items():
        value = row.cells.get(column, "")
        if kind == "participant" and (found := _PARTICIPANT.fullmatch(value)):
            value = found[1]
        if value:
            yield kind, value
