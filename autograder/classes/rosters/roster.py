"""The students of a class, found by identifiers and never by display names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classes.rosters.identifiers import (
    COLUMNS,
    GROUP_IDS,
    GROUPS,
    NAMES,
    columns_of,
    folded,
    identifiers,
    is_canvas_gradebook,
)
from autograder.classes.rosters.tables import CsvTable, Row, read_csv
from framework.errors import BadInputError, ConflictError

#: Kinds of identifiers of a group, as exports name them.
GROUP, GROUP_ID = "group", "group_id"


@dataclass(frozen=True)
class Student:
    """A student.

    Attributes:
        key: the identifier that stands for the student in collections, stores and tables.
        identifiers: kind -> value, as in ``{"email": "ana@uni.example"}``.
        group: name of the group; empty without one.
    """

    key: str
    name: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict, hash=False)
    group: str = ""
    group_id: str = ""


class Roster:
    """All students of a class.

    Args:
        students: in the order of the roster.
        source: where they come from, for messages.

    Raises:
        ConflictError: two students share an identifier.
    """

    def __init__(self, students: Iterable[Student], source: str = "the roster") -> None:
        self.students = {student.key: student for student in students}
        self._found: dict[tuple[str, str], str] = {}
        self._groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for student in self.students.values():
            self._add(student, source)

    def _add(self, student: Student, source: str) -> None:
        for kind, value in {"student": student.key, **student.identifiers}.items():
            other = self._found.setdefault((kind, folded(value)), student.key)
            if other != student.key:
                raise ConflictError(
                    f"{source}: '{other}' and '{student.key}' both have {kind} '{value}': "
                    "correct one of the rows"
                )
        for kind, value in ((GROUP, student.group), (GROUP_ID, student.group_id)):
            if value:
                self._groups[kind, folded(value)].append(student.key)

    def find(self, owner: Iterable[tuple[str, str]]) -> str | None:
        """Return the key of the student with the identifiers `owner`.

        None if no student has one of them, or if they belong to different students.
        """
        keys = {self._found.get((kind, folded(value))) for kind, value in owner} - {None}
        return keys.pop() if len(keys) == 1 else None

    def members(self, owner: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Return the keys of a group: named by itself, or by one of its members."""
        for kind, value in owner:
            if group := self._groups.get((kind, folded(value))):
                return tuple(group)
            if key := self.find([(kind, value)]):
                group_name = self.students[key].group
                found = self._groups.get((GROUP, folded(group_name)))
                return tuple(found) if group_name and found else (key,)
        return ()

    def values(self, *kinds: str) -> set[str]:
        """Return all values of identifiers and groups of these kinds, in the compared form."""
        known = (*self._found, *self._groups)
        return {value for kind, value in known if kind in kinds}


def read_roster(file: Path) -> Roster:
    """Read the students in a CSV file: one of your own, or one that another system exported.

    Raises:
        BadInputError: it cannot be read, or no column identifies students.
        ConflictError: two rows share an identifier.
    """
    table = read_csv(file)
    columns = columns_of(table)
    rows = [(row, dict(identifiers(row, columns))) for row in _rows(table)]
    key = next((kind for kind in columns if rows and all(kind in found for _, found in rows)), "")
    if not key:
        raise BadInputError(_no_key(table, columns))
    _reject_repeated(file, key, rows)
    return Roster((_student(table, row, found, key) for row, found in rows), str(file))


def _rows(table: CsvTable) -> Iterator[Row]:
    """Yield the rows of students: a Canvas gradebook has rows about assignments too."""
    for row in table.rows:
        if not is_canvas_gradebook(table) or row.cells.get("id"):
            yield row


def _student(table: CsvTable, row: Row, found: Mapping[str, str], key: str) -> Student:
    name = row.cells["student"] if is_canvas_gradebook(table) else _first(row, NAMES)
    if not name:
        parts = (row.cells.get(part, "") for part in ("first_name", "last_name"))
        name = " ".join(filter(None, parts))
    return Student(found[key], name, found, _first(row, GROUPS), _first(row, GROUP_IDS))


def _first(row: Row, columns: Iterable[str]) -> str:
    return next((row.cells[name] for name in columns if row.cells.get(name)), "")


def _reject_repeated(file: Path, key: str, rows: list[tuple[Row, dict[str, str]]]) -> None:
    lines: dict[str, int] = {}
    for row, found in rows:
        other = lines.setdefault(folded(found[key]), row.line)
        if other != row.line:
            raise ConflictError(
                f"{file}, lines {other} and {row.line}: both have {key} '{found[key]}'. "
                "Keep one row for each student"
            )


def _no_key(table: CsvTable, columns: Mapping[str, str]) -> str:
    if columns:
        shown = ", ".join(columns.values())
        return f"{table.file}: a row has none in each of the columns {shown}. Complete one of them"
    wanted = ", ".join(names[0] for names in COLUMNS.values())
    return f"{table.file} has no column that identifies students: expected one of {wanted}"
