"""Removes data: of one student, or all data that is older than a number of days."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from collections.abc import Collection as Names
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete

from framework.errors import UnknownNameError
from plugins.classes.collecting.attempts import Attempt
from plugins.classes.collecting.collection import COMPARED, Collection
from plugins.classes.collecting.listing import write_listing
from plugins.classes.marks import manual_points
from plugins.classes.rosters.roster import Student, folded
from plugins.classes.runs.course_parts import parts_assignment
from plugins.classes.runs.store import (
    Store,
    disagreement,
    entry,
    grading,
    is_key,
    job,
    keys_of,
    run,
)
from plugins.classes.runs.stored_runs import Run, all_runs, entries_of

_DAY = 86_400


@dataclass(frozen=True)
class Removed:
    """How much was removed."""

    students: int = 0
    attempts: int = 0
    runs: int = 0
    results: int = 0


def forget(collection: Collection, store: Store | None, key: str) -> Removed:
    """Remove a student: identifiers, attempts of no other student, results that nothing uses."""
    if key not in collection.students:
        raise UnknownNameError("student", key, ())

    def work(connection: Connection) -> int:
        ids = [former.id for former in _runs(connection, collection)]
        connection.execute(delete(entry).where(entry.c.run.in_(ids), entry.c.student == key))
        return remove_unused(connection)

    results = store.transaction(work) if store is not None else 0
    kept = without_traces(collection.without(key), collection.students[key])
    _save(collection, kept, {key})
    return Removed(1, len(collection.attempts) - len(kept.attempts), 0, results)


def expire(collection: Collection, store: Store | None, days: float) -> Removed:
    """Remove runs and attempts that are older than `days`; attempts without a time by their files.

    Students who have nothing left are forgotten.
    """
    before = time.time() - days * _DAY

    def work(connection: Connection) -> tuple[int, int]:
        listed = _runs(connection, collection)
        old = [former.id for former in listed if (former.ended or former.started) < before]
        connection.execute(delete(entry).where(entry.c.run.in_(old)))
        connection.execute(delete(run).where(run.c.id.in_(old)))
        return len(old), remove_unused(connection)

    runs, results = store.transaction(work) if store is not None else (0, 0)
    attempts = tuple(
        attempt for attempt in collection.attempts if not _is_old(collection, attempt, before)
    )
    with_work = {key for attempt in attempts for key in attempt.students}
    gone = {key for attempt in collection.attempts for key in attempt.students} - with_work
    kept = replace(collection, attempts=attempts)
    for key in gone & kept.students.keys():
        kept = without_traces(kept.without(key), collection.students[key])
    _save(collection, kept, gone)
    return Removed(len(gone), len(collection.attempts) - len(attempts), runs, results)


def _runs(connection: Connection, collection: Collection) -> list[Run]:
    """Return the runs of a collection, also those with course parts."""
    own = all_runs(connection, collection.id)
    return [*own, *all_runs(connection, parts_assignment(collection))]


def _is_old(collection: Collection, attempt: Attempt, before: float) -> bool:
    """Return whether an attempt is older than the time `before`."""
    if attempt.submitted is not None:
        return attempt.submitted.timestamp() < before
    folder = collection.folder_of(attempt.id)
    return folder.exists() and folder.stat().st_mtime < before


def remove_unused(connection: Connection) -> int:
    """Remove jobs and results that no entry of a run uses; return the number of results."""
    used = {
        former.key(work)
        for former in all_runs(connection)
        for work in entries_of(connection, former.id)
    }
    results, jobs = (keys_of(connection, table) - used for table in (grading, job))
    for key in results | jobs:
        for table in (grading, disagreement, job):
            connection.execute(delete(table).where(is_key(table, key)))
    return len(results)


def _save(before: Collection, after: Collection, gone: Names[str]) -> None:
    """Write the collection; remove rows about students who are gone, attempts, and comparisons."""
    after.save()
    write_listing(after)
    kept = {attempt.id for attempt in after.attempts}
    for attempt in before.attempts:
        if attempt.id not in kept:
            shutil.rmtree(before.folder_of(attempt.id), ignore_errors=True)
    (before.folder / COMPARED).unlink(missing_ok=True)
    file = before.folder / manual_points.FILE
    if gone and file.exists():
        rows = manual_points.read_entries(file).all
        manual_points.write_entries(file, (row for row in rows if row.student not in gone))


def names_in(student: Student) -> Callable[[str], bool]:
    """Return a function that says whether a text has the key, an identifier or the name.

    `s1` is found in ``s1_rnn.py``, and not in ``s12_rnn.py``: that is another student.
    """
    joined = re.sub(r"\W", "", student.name)  # Canvas writes names without blanks
    named = student.key, student.name, joined, *student.identifiers.values()
    words = {folded(word) for word in named} - {""}
    pattern = re.compile("|".join(map(_whole, sorted(words))))
    return lambda text: pattern.search(folded(text)) is not None


def _whole(word: str) -> str:
    """Return a pattern for the whole `word`: no letter after its letters, no digit after digits."""
    before, after = (r"\d" if end.isdecimal() else r"[^\W\d_]" for end in (word[0], word[-1]))
    return rf"(?<!{before}){re.escape(word)}(?!{after})"


def without_traces(collection: Collection, student: Student) -> Collection:
    """Return `collection` without lines and paths that name `student`.

    Work of a group stays with its other members: the path that it had in an export may name the
    member who handed it in. Its files keep the paths that they have in its folder.
    """
    is_named = names_in(student)

    def unnamed(attempt: Attempt) -> Attempt:
        files = {
            path: path if is_named(before) else before for path, before in attempt.files.items()
        }
        notes = tuple(note for note in attempt.notes if not is_named(note))
        return replace(attempt, files=files, notes=notes)

    return replace(
        collection,
        attempts=tuple(map(unnamed, collection.attempts)),
        unmatched={
            file: why for file, why in collection.unmatched.items() if not is_named(f"{file} {why}")
        },
        notes=tuple(note for note in collection.notes if not is_named(note)),
    )
