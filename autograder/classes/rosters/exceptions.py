"""Files with one row for each student: extensions, and times of submission."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from autograder.classes.rosters.identifiers import columns_of, identifiers
from autograder.classes.rosters.moments import days_after, read_due, read_moment
from autograder.classes.rosters.roster import Roster
from autograder.classes.rosters.tables import CsvTable, Row, read_csv
from framework.errors import BadInputError

_DUE, _DAYS, _LATE_DAYS = "due", "days", "late_days"
#: Columns with the time of a submission: one of your own, and those of other systems.
TIMES = (
    "submitted",
    "submitted_at",
    "submission_timestamp",
    "timestamp",
    "created_at",
    "last modified (submission)",
)


@dataclass(frozen=True)
class Extension:
    """What holds for one student instead of the rule for all.

    Attributes:
        due: the student's due date; None for that of all students, `days` later.
        late_days: the student's budget; None for that of all students.
    """

    due: datetime | None = None
    days: int = 0
    late_days: int | None = None

    def due_date(self, due: datetime) -> datetime:
        """Return the due date of the student, where that of all students is `due`."""
        return self.due or days_after(due, self.days)


def read_extensions(file: Path, roster: Roster, zone: tzinfo | None) -> dict[str, Extension]:
    """Return key of a student -> extension, from columns ``due``, ``days`` or ``late_days``.

    Raises:
        BadInputError: a row names no student of the class, or has a value of another form.
        UsageError: a due date is none, or has no time zone.
    """
    table = read_csv(file)
    if not {_DUE, _DAYS, _LATE_DAYS} & set(table.columns):
        raise BadInputError(f"{file}: expected a column {_DUE}, {_DAYS} or {_LATE_DAYS}")
    found: dict[str, Extension] = {}
    for row, key in _students(table, roster):
        if key is None:
            raise BadInputError(f"{file}, line {row.line}: no such student in the roster")
        if key in found:
            raise BadInputError(f"{file}, line {row.line}: a second row for '{key}'")
        found[key] = _extension(table, row, zone)
    return found


def _extension(table: CsvTable, row: Row, zone: tzinfo | None) -> Extension:
    due = row.cells.get(_DUE, "")
    budget = _natural(table, row, _LATE_DAYS)
    return Extension(read_due(due, zone) if due else None, _natural(table, row, _DAYS) or 0, budget)


def _natural(table: CsvTable, row: Row, column: str) -> int | None:
    text = row.cells.get(column, "")
    if text and not (text.isascii() and text.isdecimal()):
        raise BadInputError(f"{table.file}, line {row.line}: {column} is '{text}', not 0, 1, 2 ...")
    return int(text) if text else None


def read_times(file: Path, roster: Roster, zone: tzinfo | None) -> dict[str, datetime]:
    """Return key of a student -> time of submission; rows of other people are skipped.

    Raises:
        BadInputError: no column has times, or a time is not understood.
    """
    table = read_csv(file)
    column = next((name for name in TIMES if name in table.columns), "")
    if not column:
        raise BadInputError(f"{file} has no column of times: expected one of {', '.join(TIMES)}")
    found: dict[str, datetime] = {}
    for row, key in _students(table, roster):
        text = row.cells.get(column, "")
        if key is None or text in ("", "-"):
            continue
        moment = read_moment(text, zone)
        if moment is None:
            raise BadInputError(
                f"{file}, line {row.line}: the time '{text}' is not understood. Expected one as in "
                "2026-03-02T10:15:00Z; for times without a zone, add `--timezone Europe/Berlin`"
            )
        found[key] = moment
    return found


def _students(table: CsvTable, roster: Roster) -> Iterator[tuple[Row, str | None]]:
    """Yield each row with the key of its student; None for another person.

    Raises:
        BadInputError: no column identifies students.
    """
    columns = columns_of(table)
    if not columns:
        raise BadInputError(f"{table.file} has no column that identifies students, as in student")
    for row in table.rows:
        yield row, roster.find(identifiers(row, columns))
