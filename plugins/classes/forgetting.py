"""Removes data: of one student, or all data that is older than a number of days."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Collection as Names
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Connection, delete, select

from framework.errors import UnknownNameError
from plugins.classes.collecting.attempts import Attempt
from plugins.classes.collecting.collection import Collection
from plugins.classes.collecting.listing import write_listing
from plugins.classes.marks import manual_points
from plugins.classes.rosters.roster import Student, folded
from plugins.classes.runs import stored_runs
from plugins.classes.runs.job_queue import remove_jobs
from plugins.classes.runs.store import ResultKey, Store, entry, grading, job, key_of
from plugins.classes.runs.stored_runs import remove_results

_DAY = 86_400


@dataclass(frozen=True)
class Removed:
    """How much was removed."""

    students: int = 0
    attempts: int = 0
    runs: int = 0
    results: int = 0


def forget(collection: Collection, store: Store | None, key: str) -> Removed:
    """Remove a student: identifiers, attempts of no other student, results that nothing uses.

    Args:
        store: None if nothing was graded yet.

    Raises:
        UnknownNameError: there is no such student.
    """
    if key not in collection.students:
        raise UnknownNameError("student", key, ())
    assignment = collection.name
    results = 0
    if store is not None:
        results = store.transaction(lambda connection: _forgotten(connection, assignment, key))
    kept = without_traces(collection.without(key), collection.students[key])
    _save(collection, kept)
    _forget_points(collection, {key})
    return Removed(1, len(collection.attempts) - len(kept.attempts), 0, results)


def forget_in_store(store: Store, key: str) -> Removed:
    """Remove a student from all runs of `store`, of any assignment; files stay."""

    def work(connection: Connection) -> Removed:
        listed = select(entry.c.attempt).where(entry.c.student == key).distinct()
        attempts = len(connection.execute(listed).all())
        connection.execute(delete(entry).where(entry.c.student == key))
        return Removed(int(attempts > 0), attempts, 0, remove_unused(connection))

    return store.transaction(work)


def _forget_points(collection: Collection, keys: Names[str]) -> None:
    """Remove the rows of students from the table of manual points, if there is one."""
    file = collection.folder / manual_points.FILE
    if keys and file.exists():
        manual_points.write_entries(file, manual_points.read_entries(file).without(keys).all)


def _forgotten(connection: Connection, assignment: str, key: str) -> int:
    ids = [run.id for run in stored_runs.all_runs(connection, assignment)]
    mine = entry.c.run.in_(ids), entry.c.student == key
    connection.execute(delete(entry).where(*mine))
    return remove_unused(connection)


def expire(collection: Collection, store: Store | None, days: float) -> Removed:
    """Remove runs and attempts that are older than `days`; attempts without a time by their files.

    Students who have nothing left are forgotten.
    """
    before = time.time() - days * _DAY
    runs_removed, results = 0, 0
    if store is not None:
        name = collection.name
        runs_removed, results = store.transaction(lambda c: _expired_runs(c, name, before))
    old = {attempt.id for attempt in collection.attempts if _age(collection, attempt.id, before)}
    attempts = tuple(attempt for attempt in collection.attempts if attempt.id not in old)
    with_work = {key for attempt in attempts for key in attempt.students}
    gone = {key for attempt in collection.attempts for key in attempt.students} - with_work
    kept = replace(collection, attempts=attempts)
    for key in gone:
        if key in kept.students:
            kept = without_traces(kept.without(key), collection.students[key])
    _save(collection, kept)
    _forget_points(collection, gone)
    return Removed(len(gone), len(old), runs_removed, results)


def _age(collection: Collection, attempt: str, before: float) -> bool:
    """Return whether an attempt is older than the time `before`."""
    (chosen,) = (candidate for candidate in collection.attempts if candidate.id == attempt)
    if chosen.submitted is not None:
        return chosen.submitted.timestamp() < before
    folder = collection.folder_of(attempt)
    return folder.exists() and folder.stat().st_mtime < before


def _expired_runs(connection: Connection, assignment: str, before: float) -> tuple[int, int]:
    listed = stored_runs.all_runs(connection, assignment)
    old = [run.id for run in listed if (run.ended or run.started) < before]
    stored_runs.remove_runs(connection, old)
    return len(old), remove_unused(connection)


def remove_unused(connection: Connection) -> int:
    """Remove jobs and results that no entry of a run uses; return the number of results."""
    used = _used(connection)
    results = _unused(map(key_of, connection.execute(select(grading))), used)
    jobs = _unused(map(key_of, connection.execute(select(job))), used)
    remove_results(connection, results)
    remove_jobs(connection, jobs)
    return len(results)


def _used(connection: Connection) -> set[ResultKey]:
    return {
        run.key(work)
        for run in stored_runs.all_runs(connection)
        for work in stored_runs.entries_of(connection, run.id)
    }


def _unused(keys: Iterable[ResultKey], used: Names[ResultKey]) -> list[ResultKey]:
    return [key for key in keys if key not in used]


def _save(before: Collection, after: Collection) -> None:
    """Write the collection, then remove the folders of removed attempts."""
    after.save()
    write_listing(after)
    kept = {attempt.id for attempt in after.attempts}
    for attempt in before.attempts:
        if attempt.id not in kept:
            shutil.rmtree(before.folder_of(attempt.id), ignore_errors=True)


_LETTER = r"[^\W\d_]"


@dataclass(frozen=True)
class Traces:
    """Finds the key, the identifiers and the name of a student in text.

    `s1` is found in ``s1_rnn.py``, and not in ``s12_rnn.py``: that is another student.
    """

    student: Student

    def are_in(self, text: str) -> bool:
        """Return whether `text` names the student."""
        return self._pattern.search(folded(text)) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """The words that name the student; Canvas writes names without blanks."""
        student = self.student
        joined = re.sub(r"\W", "", student.name)
        words = {
            folded(word)
            for word in (student.key, student.name, joined, *student.identifiers.values())
        }
        return re.compile("|".join(map(_whole, sorted(words - {""}))))


def _whole(word: str) -> str:
    """Return a pattern of `word` as a whole: no letter follows its letters, no digit its digits."""
    before, after = (r"\d" if end.isdecimal() else _LETTER for end in (word[0], word[-1]))
    return rf"(?<!{before}){re.escape(word)}(?!{after})"


def without_traces(collection: Collection, student: Student) -> Collection:
    """Return `collection` without lines and paths that name `student`.

    Work of a group stays with its other members: the path that it had in an export may name the
    member who handed it in.
    """
    traces = Traces(student)
    lines = {file: why for file, why in collection.unmatched.items()
             if not traces.are_in(f"{file} {why}")}  # fmt: skip
    return replace(
        collection,
        attempts=tuple(_unnamed(attempt, traces) for attempt in collection.attempts),
        unmatched=lines,
        notes=tuple(note for note in collection.notes if not traces.are_in(note)),
    )


def _unnamed(attempt: Attempt, traces: Traces) -> Attempt:
    """Return an attempt of others, whose files keep the paths that they have in its folder."""
    files = {path: path if traces.are_in(before) else before
             for path, before in attempt.files.items()}  # fmt: skip
    notes = tuple(note for note in attempt.notes if not traces.are_in(note))
    return replace(attempt, files=files, notes=notes)
