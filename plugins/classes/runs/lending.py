"""Lends parts of the course: work that waits for a wrong part is graded again with a right one.

The results belong to a run of their own, beside those of the collection. No points come from it:
an instructor sees what a student would have got, and decides.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from autograder.public.courses import Course
from autograder.public.reports import read_report
from autograder.public.submissions import load_submission
from plugins.classes.collecting.collection import Collection
from plugins.classes.rosters.privacy import private_folder, write_private
from plugins.classes.runs.grade_job import digest_of
from plugins.classes.runs.stored_runs import Run, RunEntry, all_runs, points_of

#: The folder of a collection with work in which a part is exchanged, while it is graded.
FOLDER = "lent"


def lent_assignment(collection: Collection) -> str:
    """Return the name under which a store keeps the lent runs of a collection."""
    return f"{collection.id}/{FOLDER}"


def lent_folder(collection: Collection, attempt: str) -> Path:
    """Return the folder of an attempt with lent parts."""
    return collection.folder / FOLDER / attempt


def lent_entries(
    connection: Connection, collection: Collection, run: Run, course: Course
) -> list[RunEntry]:
    """Write the work of `run` that waits for other exercises, with the course's parts in it.

    Returns: an entry for each student and exercise, whose attempt names attempt and exercise.
    """
    shutil.rmtree(collection.folder / FOLDER, ignore_errors=True)
    entries = []
    for graded in points_of(connection, run).values():
        report = read_report(graded.result.report) if graded.result is not None else None
        checks = (check for one in report.exercises for check in one.checks) if report else ()
        lenders = {check.blocked_by for check in checks} & {*course.exercise_names}
        if lenders:
            entries.append(_lent(collection, course, graded.entry, lenders))
    return entries


def _lent(collection: Collection, course: Course, entry: RunEntry, lenders: set[str]) -> RunEntry:
    """Write the files of an entry with the solutions of `lenders`, and return the new entry."""
    attempt = f"{entry.attempt}-{entry.exercise}"[:64]
    folder = private_folder(lent_folder(collection, attempt))
    exercise = course.exercise(entry.exercise)
    needed = [required.name for required in course.with_required([exercise])]
    with load_submission(collection.folder_of(entry.attempt), course, needed) as submission:
        sources = {name: file.source for name, file in submission.files.items()}
    sources |= {name: course.exercise(name).solution_source() for name in lenders}
    for name, source in sources.items():
        write_private(folder / course.exercise(name).stub.name, source.encode(), is_durable=False)
    with load_submission(folder, course, needed) as submission:
        digest = digest_of(submission, course, exercise)
    return replace(entry, attempt=attempt, submission=digest, generation=0)


def lent_points(
    connection: Connection, collection: Collection
) -> Mapping[tuple[str, str, str], str]:
    """Return attempt, exercise and task -> points with the course's parts, as ``5/6``."""
    runs = all_runs(connection, lent_assignment(collection))
    return dict(_points(connection, runs[-1])) if runs else {}


def _points(connection: Connection, run: Run) -> Iterator[tuple[tuple[str, str, str], str]]:
    for graded in points_of(connection, run).values():
        report = read_report(graded.result.report) if graded.result is not None else None
        for exercise in report.exercises if report is not None else ():
            attempt = graded.entry.attempt.partition("-")[0]
            for task in exercise.tasks:
                yield (attempt, exercise.name, task.name), f"{task.earned:g}/{task.possible:g}"
