"""Due dates, times of submission, and extensions: with time zones and changes of clocks."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from framework.errors import BadInputError, UsageError
from plugins.classes.rosters.roster import Roster
from plugins.classes.rosters.tables import SheetRow, read_csv

#: Formats of Moodle in English: "Monday, 2 March 2026, 10:15 AM", and that of the USA.
_ENGLISH = ("%d %B %Y, %I:%M %p", "%B %d, %Y, %I:%M %p")
_WEEKDAY = re.compile(r"^[A-Za-z]+day, ")
_UTC = re.compile(r"\s*(Z|UTC|GMT)$", re.IGNORECASE)
_DASHES = re.compile(r"(\d{4}-\d\d-\d\d)[T -](\d\d)-(\d\d)-(\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: Students write times, too: others cannot be converted to each time zone, or counted in days.
_YEARS = range(1970, 2200)


def time_zone(name: str) -> tzinfo:
    """Return the time zone `name`, as in ``Europe/Berlin``."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"no time zone '{name}': expected a name as in Europe/Berlin, America/New_York or UTC"
        ) from None


def zone_doubt(name: str) -> str:
    """Return a warning about a time zone that is often chosen by mistake; empty without one."""
    if match := re.fullmatch(r"Etc/GMT([+-])(\d+)", name):
        other = "+" if match[1] == "-" else "-"
        return f"{name} is UTC{other}{match[2]}: the sign is reversed in these names"
    if name in ("EST", "MST", "HST"):
        return f"{name} has no summer time: a name as in America/New_York has"
    return ""


def shown_moment(moment: datetime, zone: str, *, seconds: bool = False) -> str:
    """Return a time as ``2026-03-02 10:15 CET``, in the time zone of a class, or in UTC."""
    local = moment.astimezone(time_zone(zone) if zone else UTC)
    return f"{local:%Y-%m-%d %H:%M:%S %Z}" if seconds else f"{local:%Y-%m-%d %H:%M %Z}"


def read_due(text: str, zone: tzinfo | None) -> datetime:
    """Return the due date `text`; a date alone means the end of that day.

    A time that a change of clocks repeats means the second of the two.
    """
    moment = _parsed(text)
    if moment is None:
        raise UsageError(f"'{text}' is no date: expected 2026-03-02, or 2026-03-02T18:00")
    if _DAY.fullmatch(text.strip()):
        moment = moment.replace(hour=23, minute=59, second=59)
    if moment.tzinfo is not None:
        return moment.astimezone(zone) if zone is not None else moment
    if zone is None:
        raise UsageError(
            f"'{text}' names no time zone: add one with `--timezone Europe/Berlin`, or an offset "
            f"as in {text}+01:00"
        )
    local = moment.replace(tzinfo=zone, fold=1)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
        raise UsageError(f"'{text}' does not exist in {zone}: the clocks are changed then")
    return local


def read_moment(text: str, zone: tzinfo | None) -> datetime | None:
    """Return the time `text` of a submission, in UTC; None if it is not understood.

    `zone` is that of times that name no zone; None refuses these times.
    """
    moment = _parsed(text)
    if moment is None or (moment.tzinfo is None and zone is None):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _parsed(text: str) -> datetime | None:
    """Return the time `text`, which may name a zone; None if it is not understood."""
    text = _DASHES.sub(r"\1T\2:\3:\4", _UTC.sub("+00:00", text.strip()))
    moment = None
    with suppress(ValueError):
        moment = datetime.fromisoformat(re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", text))
    for form in _ENGLISH if moment is None else ():
        with suppress(ValueError):
            moment = datetime.strptime(_WEEKDAY.sub("", text), form)  # in the zone of the table
    return moment if moment is not None and moment.year in _YEARS else None


def days_late(submitted: datetime, due: datetime) -> int:
    """Return the number of days begun between `due` and `submitted`; 0 for in time.

    A day lasts until the same local time of the next day, also where the clocks are changed.
    """
    moment, end = submitted.astimezone(UTC), due.astimezone(UTC)
    if moment <= end:
        return 0
    days = max((moment - end).days, 1) - 1
    while days_after(due, days).astimezone(UTC) < moment:
        days += 1
    return days


def days_after(due: datetime, days: int) -> datetime:
    """Return the same local time `days` later.

    Where a change of clocks repeats or leaves out that time, the later moment is meant.
    """
    local = due + timedelta(days=days)  # which keeps the local time
    return max((local.replace(fold=fold) for fold in (0, 1)), key=lambda time: time.astimezone(UTC))


#: Maximum number of late days, and of minutes of grace.
MAX_DAYS = 9_999

#: Columns with the time of a submission: one of your own, and those of other systems.
TIMES = (
    *("submitted", "submitted_at", "submission_timestamp", "timestamp", "created_at"),
    "last modified (submission)",
)


@dataclass(frozen=True)
class Extension:
    """The exceptions of one student from the dates of all students.

    Attributes:
        due: the student's due date; None for that of all students, `days` later.
        late_days: the student's budget; None for that of all students.
    """

    due: datetime | None = None
    days: int = 0
    late_days: int | None = None


def read_extensions(file: Path, roster: Roster, zone: tzinfo | None) -> dict[str, Extension]:
    """Return key of a student -> extension, from columns ``due``, ``days`` or ``late_days``."""
    table = read_csv(file)
    if not {"due", "days", "late_days"} & table.columns.keys():
        raise BadInputError(f"{file}: expected a column due, days or late_days")
    extensions: dict[str, Extension] = {}
    for row, key in roster.rows(table, ", as in student"):
        if key is None:
            raise BadInputError(f"{file}, line {row.line}: no such student in the roster")
        if key in extensions:
            raise BadInputError(f"{file}, line {row.line}: a second row for '{key}'")
        days, budget = _natural(file, row, "days"), _natural(file, row, "late_days")
        due = row.value("due")
        extensions[key] = Extension(read_due(due, zone) if due else None, days or 0, budget)
    return extensions


def _natural(file: Path, row: SheetRow, column: str) -> int | None:
    text = row.value(column)
    if not re.fullmatch("[0-9]{0,4}", text):
        why = f"{column} is '{text}', not 0, 1, 2 ... {MAX_DAYS}"
        raise BadInputError(f"{file}, line {row.line}: {why}")
    return int(text) if text else None


def read_times(file: Path, roster: Roster, zone: tzinfo | None) -> dict[str, datetime]:
    """Return key of a student -> time of submission; rows of other people are skipped."""
    table = read_csv(file)
    column = next((name for name in TIMES if name in table.columns), "")
    if not column:
        raise BadInputError(f"{file} has no column of times: expected one of {', '.join(TIMES)}")
    times: dict[str, datetime] = {}
    for row, key in roster.rows(table, ", as in student"):
        text = row.value(column)
        if key is None or text in ("", "-"):
            continue
        moment = read_moment(text, zone)
        if moment is None:
            raise BadInputError(
                f"{file}, line {row.line}: the time '{text}' is not understood. Expected one as in "
                "2026-03-02T10:15:00Z; for times without a zone, add `--timezone Europe/Berlin`"
            )
        times[key] = moment
    return times
