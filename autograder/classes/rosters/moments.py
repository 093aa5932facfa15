"""Points in time: due dates in a time zone, and the forms in which systems write times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from framework.errors import UsageError

#: What Moodle writes in English: "Monday, 2 March 2026, 10:15 AM".
_ENGLISH = "%d %B %Y, %I:%M %p"
_WEEKDAY = re.compile(r"^[A-Za-z]+day, ")
_FRACTION = re.compile(r"(\.\d{6})\d+")
_UTC = re.compile(r"\s*(Z|UTC|GMT)$", re.IGNORECASE)
_DASHES = re.compile(r"(\d{4}-\d\d-\d\d)[T -](\d\d)-(\d\d)-(\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
END_OF_DAY = time(23, 59, 59)


def time_zone(name: str) -> tzinfo:
    """Return the time zone `name`, as in ``Europe/Berlin``.

    Raises:
        UsageError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"no time zone '{name}': expected a name as in Europe/Berlin, America/New_York or UTC"
        ) from None


def shown_moment(moment: datetime, zone: str, *, seconds: bool = False) -> str:
    """Return a time as ``2026-03-02 10:15 CET``, in the time zone of a class, or in UTC."""
    local = moment.astimezone(time_zone(zone) if zone else UTC)
    return f"{local:%Y-%m-%d %H:%M:%S %Z}" if seconds else f"{local:%Y-%m-%d %H:%M %Z}"


def read_due(text: str, zone: tzinfo | None) -> datetime:
    """Return the due date `text`; a date alone means the end of that day.

    A time that a change of clocks repeats means the second of the two.

    Raises:
        UsageError: it is no date, names no time zone, or a change of clocks leaves it out.
    """
    moment = _parsed(text)
    if moment is None:
        raise UsageError(f"'{text}' is no date: expected 2026-03-02, or 2026-03-02T18:00")
    if _DAY.fullmatch(text.strip()):
        moment = datetime.combine(moment.date(), END_OF_DAY)
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

    Args:
        zone: of times without one of their own; without it, they are not understood.
    """
    moment = _parsed(text)
    if moment is None or (moment.tzinfo is None and zone is None):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _parsed(text: str) -> datetime | None:
    text = _UTC.sub("+00:00", text.strip())
    text = _DASHES.sub(r"\1T\2:\3:\4", _FRACTION.sub(r"\1", text))
    text = re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.strptime(_WEEKDAY.sub("", text), _ENGLISH)  # in the zone of the table
    except ValueError:
        return None


def days_late(submitted: datetime, due: datetime) -> int:
    """Return the number of days begun between `due` and `submitted`; 0 for in time.

    A day lasts until the same local time of the next day, also where the clocks are changed.
    """
    moment = submitted.astimezone(UTC)
    if moment <= due.astimezone(UTC):
        return 0
    days = max((moment - due.astimezone(UTC)).days, 1) - 1
    while days_after(due, days).astimezone(UTC) < moment:
        days += 1
    return days


def days_after(due: datetime, days: int) -> datetime:
    """Return the same local time `days` later.

    Where a change of clocks repeats or leaves out that time, the later moment is meant.
    """
    local = due + timedelta(days=days)  # which keeps the local time
    return max((local.replace(fold=fold) for fold in (0, 1)), key=lambda one: one.astimezone(UTC))
