"""The students of a class: read from tables of any system, found by identifiers.

A display name never identifies a student: names are not unique, and systems write them in
different forms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from framework.errors import BadInputError, ConflictError
from plugins.classes.rosters.tables import Sheet, SheetRow, plain, read_csv

#: Kind of identifier -> columns that hold it. The first kind that all students have is their key.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "student": ("student", "student_id", "student id", "identifier", "key"),
    "sid": ("sid", "sis user id", "id number", "matriculation", "student number", "orgdefinedid"),
    "username": ("username", "user name", "sis login id", "login", "login_id", "benutzername"),
    "email": ("email", "email address", "e-mail", "mail", "e-mail-adresse"),
    "github": ("github", "github_username", "github username"),
    "canvas": ("canvas", "canvas_id", "canvas id"),
    "participant": ("participant", "participant_id", "moodle"),
}
#: Columns with the name of a student, and with the group.
NAMES = ("name", "full name", "full_name")
GROUPS = ("group", "group_name", "group name", "team")
GROUP_IDS = ("group_id", "group id", "team_id")

#: A participant in the tables of Moodle, in any language: "Participant 1007", and without a blank
#: "Teilnehmer/in1007". Shorter words without a blank are names of accounts.
PARTICIPANT = re.compile(r"(?:\D+ |[A-Z]\D{8,}|[^\W\d_a-zA-Z]\D+)(\d+)")
#: A number that a spreadsheet has written as a decimal fraction.
_WHOLE = re.compile(r"(\d+)[.,]0")
_MARKS = re.compile(r"[^@\s]+@[^@\s]+")


def folded(value: str) -> str:
    """Return the form in which identifiers are compared."""
    return plain(value).casefold()


def columns_of(table: Sheet) -> dict[str, str]:
    """Return kind -> column of the identifiers in `table`.

    A Canvas gradebook calls a display name ``Student``, and Classroom 50 calls a name on GitHub
    ``username``. The tables of Moodle are in the language of their author: participants and e-mail
    addresses are recognised by their form.
    """
    by_kind = {
        kind: next((name for name in names if name in table.columns), "")
        for kind, names in COLUMNS.items()
    }
    if is_canvas_gradebook(table):
        by_kind |= {"student": "", "canvas": "id"}
    if "github_id" in table.columns and not by_kind["github"]:
        by_kind |= {"github": by_kind["username"], "username": ""}
    if participants := _column_like(table, PARTICIPANT):
        if by_kind["student"] == participants:
            by_kind["student"] = ""
        by_kind["participant"] = by_kind["participant"] or participants
    if participants or not any(by_kind.values()):
        by_kind["email"] = by_kind["email"] or _column_like(table, _MARKS)
    return {kind: column for kind, column in by_kind.items() if column}


def is_canvas_gradebook(table: Sheet) -> bool:
    """Return whether `table` has the columns of a Canvas gradebook."""
    names = table.columns.keys()
    return {"id", "section"} <= names and ("student" in names or {"lastname", "firstname"} <= names)


def _column_like(table: Sheet, pattern: re.Pattern[str]) -> str:
    """Return the first column all of whose cells match `pattern`; empty for none."""
    matching = (
        name
        for name in table.columns
        if table.rows and all(pattern.fullmatch(row.value(name)) for row in table.rows)
    )
    return next(matching, "")


def identifiers(row: SheetRow, columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield kind and value of each identifier in `row`."""
    for kind, column in columns.items():
        value = whole(row.value(column)).removeprefix("#")  # D2L marks its numbers
        if kind == "participant" and (match := PARTICIPANT.fullmatch(value)):
            value = match[1]
        if value:
            yield kind, value


def whole(value: str) -> str:
    """Return `value`; of a whole number that a spreadsheet wrote as ``501.0``, the digits."""
    match = _WHOLE.fullmatch(value)
    return match[1] if match is not None else value


#: Kinds of identifiers of a group, as exports name them.
GROUP, GROUP_ID = "group", "group_id"


@dataclass(frozen=True)
class Student:
    """A student.

    Attributes:
        key: the identifier that stands for the student in collections, stores and tables.
        identifiers: kind -> value, as in ``{"email": "ana@uni.example"}``.
    """

    key: str
    name: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict, hash=False)
    group: str = ""
    group_id: str = ""


class Roster:
    """All students of a class, who share no identifier; `source` is where they come from."""

    def __init__(self, students: Iterable[Student], source: str = "the roster") -> None:
        self.students = {student.key: student for student in students}
        self._found: dict[tuple[str, str], str] = {}
        self._groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for key, student in self.students.items():
            for kind, value in {"student": key, **student.identifiers}.items():
                other = self._found.setdefault((kind, folded(value)), key)
                if other != key:
                    raise ConflictError(
                        f"{source}: '{other}' and '{key}' both have {kind} '{value}': "
                        "correct one of the rows"
                    )
            for kind, value in ((GROUP, student.group), (GROUP_ID, student.group_id)):
                if value:
                    self._groups[kind, folded(value)].append(key)

    def find(self, owner: Iterable[tuple[str, str]]) -> str | None:
        """Return the key of the student with these identifiers; None for no or several ones."""
        keys = {self._found.get((kind, folded(value))) for kind, value in owner} - {None}
        return keys.pop() if len(keys) == 1 else None

    def members(self, owner: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Return the keys of a group: named by itself, or by one of its members."""
        for kind, value in owner:
            if group := self._groups.get((kind, folded(value))):
                return tuple(group)
            if key := self.find([(kind, value)]):
                group_name = self.students[key].group
                members = self._groups.get((GROUP, folded(group_name)))
                return tuple(members) if group_name and members else (key,)
        return ()

    def rows(self, table: Sheet, hint: str) -> list[tuple[SheetRow, str | None]]:
        """Return each row of `table` with the key of its student; None for another person."""
        columns = columns_of(table)
        if not columns:
            raise BadInputError(f"{table.file} has no column that identifies students{hint}")
        return [(row, self.find(identifiers(row, columns))) for row in table.rows]

    def values(self, *kinds: str) -> set[str]:
        """Return all values of identifiers and groups of these kinds, in the compared form."""
        pairs = (*self._found, *self._groups)
        return {value for kind, value in pairs if kind in kinds}


def read_roster(file: Path) -> Roster:
    """Read the students in a CSV file: one of your own, or one that another system exported."""
    table = read_csv(file)
    columns, is_canvas = columns_of(table), is_canvas_gradebook(table)
    people = [row for row in table.rows if not is_canvas or row.value("id")]  # or an assignment
    rows = [(row, dict(identifiers(row, columns))) for row in people]
    key = next(
        (kind for kind in columns if rows and all(kind in by_kind for _, by_kind in rows)), ""
    )
    if not key:
        if columns:
            listed = ", ".join(columns.values())
            raise BadInputError(
                f"{file}: a row has none in each of the columns {listed}. Complete one of them"
            )
        wanted = ", ".join(names[0] for names in COLUMNS.values())
        raise BadInputError(
            f"{file} has no column that identifies students: expected one of {wanted}"
        )
    names = ("student",) if is_canvas else NAMES
    lines: dict[str, int] = {}
    students = []
    for row, by_kind in rows:
        other = lines.setdefault(folded(by_kind[key]), row.line)
        if other != row.line:
            raise ConflictError(
                f"{file}, lines {other} and {row.line}: both have {key} '{by_kind[key]}'. "
                "Keep one row for each student"
            )
        parts = filter(None, map(row.value, ("first_name", "last_name")))
        name = _first(row, names) or " ".join(parts)
        group, group_id = _first(row, GROUPS), _first(row, GROUP_IDS)
        students.append(Student(by_kind[key], name, by_kind, group, group_id))
    return Roster(students, str(file))


def _first(row: SheetRow, columns: Iterable[str]) -> str:
    return next(filter(None, map(row.value, columns)), "")
