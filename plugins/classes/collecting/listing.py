"""Lists a collection: late work, several attempts, missing students, unmatched files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autograder.public.reports import clean, counted
from plugins.classes.collecting.attempts import Attempt, Rule, Standing, Timing
from plugins.classes.collecting.collection import Collection
from plugins.classes.rosters.dates import shown_moment
from plugins.classes.rosters.privacy import Shown, write_private

#: Lines of each part that a terminal shows.
MAX_LINES = 20


def lines(collection: Collection, most: int = MAX_LINES) -> Iterator[str]:
    """Yield the lines of the listing, with names of students.

    Args:
        most: maximum number of lines of each part; with 0, there are no names.
    """
    shown = named(collection)
    counting = collection.counting()
    with_work = sum(bool(collection.attempts_of(key)) for key in collection.students)
    yield (
        f"{collection.name}: {counted(len(collection.attempts), 'attempt')} of {with_work} of "
        f"{counted(len(collection.students), 'student')}"
    )
    yield _rule(collection)
    for title, listed in _parts(collection, counting, shown):
        if listed:
            yield f"{title}: {len(listed)}"
            yield from (f"  {line}" for line in listed[:most])
            if len(listed) > most > 0:
                yield f"  ... and {len(listed) - most} more"


def write_listing(collection: Collection) -> None:
    """Write all lines to a file of the collection."""
    text = "\n".join(lines(collection, most=1 << 30)) + "\n"
    write_private(collection.folder / "collected.txt", clean(text).encode("utf-8", "replace"))


def named(collection: Collection) -> Shown:
    """Return a function that shows students with their names."""

    def shown(key: str) -> str:
        student = collection.students.get(key)
        name = student.name if student is not None else ""
        return f"{key} ({name})" if name and name != key else key

    return shown


def _rule(collection: Collection) -> str:
    policy = collection.policy
    due = f"due {policy.due:%Y-%m-%d %H:%M %Z}" if policy.due is not None else "no due date"
    budget = f", {counted(policy.late_days, 'late day')}" if policy.late_days else ""
    extensions = f", {counted(len(policy.extensions), 'extension')}" if policy.extensions else ""
    return f"counts: {policy.rule.value}; {due}{budget}{extensions}"


def _parts(
    collection: Collection, counting: dict[str, tuple[Standing, ...]], shown: Shown
) -> Iterator[tuple[str, list[str]]]:
    """Yield title and lines of each part."""
    timed = {timing: _timed(counting, timing, shown) for timing in Timing}
    yield "late", timed[Timing.LATE]
    yield "late, covered by late days", timed[Timing.COVERED]
    unknown = timed[Timing.UNKNOWN] if collection.policy.due is not None else []
    yield "time unknown, so that no due date applies (`--times FILE` adds times)", unknown
    yield "several attempts", list(_several(collection, counting, shown))
    if collection.policy.rule is not Rule.LATEST:
        yield "no attempt counts", list(_none(collection, counting, shown))
    empty = [attempt for attempt in collection.attempts if not attempt.files]
    yield "attempts without a file of an exercise", [_attempt(attempt, shown) for attempt in empty]
    yield "renamed, or not kept", list(_notes(collection.attempts, shown))
    missing = (key for key in collection.students if not collection.attempts_of(key))
    yield "students without an attempt", [shown(key) for key in missing]
    yield "files that belong to no student", list(_unmatched(collection))
    yield "notes", list(collection.notes)


def _timed(counting: dict[str, tuple[Standing, ...]], timing: Timing, shown: Shown) -> list[str]:
    return [
        f"{shown(key)}{_late(standing)}"
        for key, standings in counting.items()
        for standing in standings[-1:]
        if standing.timing is timing
    ]


def _late(standing: Standing) -> str:
    if standing.days_late is None:
        return ": the other system says so" if standing.timing is Timing.LATE else ""
    spent = f", {standing.spent} from the budget" if standing.spent else ""
    return f": {counted(standing.days_late, 'day')}{spent}"


def _several(
    collection: Collection, counting: dict[str, tuple[Standing, ...]], shown: Shown
) -> Iterator[str]:
    for key in collection.students:
        attempts = collection.attempts_of(key)
        if len(attempts) > 1:
            chosen = {standing.attempt for standing in counting[key]}
            counted_times = [
                _time(attempt, collection.zone) for attempt in attempts if attempt.id in chosen
            ]
            times = ", ".join(counted_times) or "none"
            yield f"{shown(key)}: {len(attempts)}; counts: {times}"


def _time(attempt: Attempt, zone: str) -> str:
    if attempt.submitted is None:
        return f"attempt {attempt.id[:6]}"
    return shown_moment(attempt.submitted, zone, seconds=True)


def _none(
    collection: Collection, counting: dict[str, tuple[Standing, ...]], shown: Shown
) -> Iterator[str]:
    for key in collection.students:
        if not counting[key] and collection.attempts_of(key):
            yield f"{shown(key)}: all are late"


def _attempt(attempt: Attempt, shown: Shown) -> str:
    return ", ".join(map(shown, attempt.students))


def _notes(attempts: Iterable[Attempt], shown: Shown) -> Iterator[str]:
    for attempt in attempts:
        if attempt.files:
            yield from (f"{_attempt(attempt, shown)}: {note}" for note in attempt.notes)


def _unmatched(collection: Collection) -> Iterator[str]:
    for file, reason in collection.unmatched.items():
        yield f"{file}: {reason}"
