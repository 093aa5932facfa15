"""Lists a collection: late work, several attempts, missing students, unmatched files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.public.reports import clean, counted
from plugins.classes.collecting.attempts import Attempt, Standing, Timing
from plugins.classes.collecting.collection import Collection
from plugins.classes.rosters.dates import shown_moment
from plugins.classes.rosters.privacy import Shown, write_private

LISTING = "collected.txt"
#: Maximum number of lines of each part on a terminal.
MAX_LINES = 20


def lines(collection: Collection, most: int = MAX_LINES) -> Iterator[str]:
    """Yield the lines of the listing, at most `most` of each part; with 0, no student is named."""
    policy = collection.policy
    with_work = sum(bool(collection.attempts_of(key)) for key in collection.students)
    yield (
        f"{collection.name}: {counted(len(collection.attempts), 'attempt')} of {with_work} of "
        f"{counted(len(collection.students), 'student')}"
    )
    due = f"due {policy.due:%Y-%m-%d %H:%M %Z}" if policy.due is not None else "no due date"
    due += f" and {counted(policy.grace, 'minute')}" if policy.grace and policy.due else ""
    budget = f", {counted(policy.late_days, 'late day')}" if policy.late_days else ""
    extensions = f", {counted(len(policy.extensions), 'extension')}" if policy.extensions else ""
    yield f"counts: {policy.rule.value}; {due}{budget}{extensions}"
    for title, listed in _parts(collection, named(collection)).items():
        yield from part_lines(title, listed, most)


def part_lines(title: str, listed: Sequence[str], most: int = MAX_LINES) -> Iterator[str]:
    """Yield a title with the number of `listed`, and the first `most` of them; or nothing."""
    if listed:
        yield f"{title}: {len(listed)}"
        yield from (f"  {line}" for line in listed[:most])
        if len(listed) > most > 0:
            yield f"  ... and {len(listed) - most} more"


def write_listing(collection: Collection) -> None:
    """Write all lines to a file of the collection."""
    text = "\n".join(lines(collection, most=1 << 30)) + "\n"
    write_private(collection.folder / LISTING, clean(text).encode("utf-8", "replace"))


def named(collection: Collection) -> Shown:
    """Return a function that shows students with their names."""

    def shown(key: str) -> str:
        student = collection.students.get(key)
        name = student.name if student is not None else ""
        return f"{key} ({name})" if name and name != key else key

    return shown


def _parts(collection: Collection, shown: Shown) -> dict[str, list[str]]:
    """Return title -> lines of each part."""
    counting = collection.counting()
    attempts = {key: collection.attempts_of(key) for key in collection.students}
    late = {
        timing: [
            f"{shown(key)}{_days(standings[-1])}"
            for key, standings in counting.items()
            if standings and standings[-1].timing is timing
        ]
        for timing in Timing
    }
    several = []
    for key, own in attempts.items():
        if len(own) > 1:
            chosen = {standing.attempt for standing in counting[key]}
            times = [_time(attempt, collection.zone) for attempt in own if attempt.id in chosen]
            several.append(f"{shown(key)}: {len(own)}; counts: {', '.join(times) or 'none'}")
    none = [
        f"{shown(key)}: all are late"
        for key, own in attempts.items()
        if any(attempt.is_readable for attempt in own) and not counting[key]
    ]
    by_owners = [(", ".join(map(shown, item.students)), item) for item in collection.attempts]
    return {
        "late": late[Timing.LATE],
        "late, covered by late days": late[Timing.COVERED],
        "time unknown, so that no due date applies (`--times FILE` adds times)": (
            late[Timing.UNKNOWN]
        ),
        "several attempts": several,
        "no attempt counts": none,
        "not readable, and do not count": [
            f"{owners}: {'; '.join(attempt.notes)}"
            for owners, attempt in by_owners
            if not attempt.is_readable
        ],
        "renamed, or not kept": [
            f"{owners}: {note}"
            for owners, attempt in by_owners
            if attempt.is_readable
            for note in attempt.notes
        ],
        "students without an attempt": [shown(key) for key, own in attempts.items() if not own],
        "files that belong to no student": [
            f"{file}: {reason}" for file, reason in collection.unmatched.items()
        ],
        "notes": list(collection.notes),
    }


def _days(standing: Standing) -> str:
    if standing.days_late is None:
        return ": the other system says so" if standing.timing is Timing.LATE else ""
    spent = f", {standing.spent} from the budget" if standing.spent else ""
    return f": {counted(standing.days_late, 'day')}{spent}"


def _time(attempt: Attempt, zone: str) -> str:
    if attempt.submitted is None:
        return f"attempt {attempt.id[:6]}"
    return shown_moment(attempt.submitted, zone, seconds=True)
