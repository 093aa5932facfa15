"""Work that waits for a wrong part is graded again with the course's solution of that part.

The results belong to a run of their own, beside those of the collection. No points come from it:
an instructor sees what a student would have got, and decides.
"""

from __future__ import annotations

import shutil
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
FOLDER = "with_parts"


def parts_assignment(collection: Collection) -> str:
    """Return the name under which a store keeps the runs with course parts."""
    return f"{collection.id}/{FOLDER}"


def parts_folder(collection: Collection, attempt: str) -> Path:
    """Return the folder of an attempt with course parts."""
    return collection.folder / FOLDER / attempt


def entries_with_parts(
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
        exchanged = {check.blocked_by for check in checks} & {*course.exercise_names}
        if exchanged:
            entries.append(_with_parts(collection, course, graded.entry, exchanged))
    return entries


def _with_parts(
    collection: Collection, course: Course, entry: RunEntry, exchanged: set[str]
) -> RunEntry:
    """Write the files of an entry with the solutions of `exchanged`, and return the new entry."""
    attempt = f"{entry.attempt}-{entry.exercise}"[:64]
    folder = private_folder(parts_folder(collection, attempt))
    exercise = course.exercise(entry.exercise)
    needed = [required.name for required in course.with_required([exercise])]
    with load_submission(collection.folder_of(entry.attempt), course, needed) as submission:
        sources = {name: file.source for name, file in submission.files.items()}
    sources |= {name: course.exercise(name).solution_source() for name in exchanged}
    for name, source in sources.items():
        write_private(folder / course.exercise(name).stub.name, source.encode(), is_durable=False)
    with load_submission(folder, course, needed) as submission:
        digest = digest_of(submission, course, exercise)
    return replace(entry, attempt=attempt, submission=digest, generation=0)


def points_with_parts(
    connection: Connection, collection: Collection
) -> dict[tuple[str, str], dict[str, str]]:
    """Return attempt and exercise -> task -> points with the course's parts, as ``5/6``."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for run in all_runs(connection, parts_assignment(collection))[-1:]:
        for graded in points_of(connection, run).values():
            report = read_report(graded.result.report) if graded.result is not None else None
            attempt = graded.entry.attempt.partition("-")[0]
            for exercise in report.exercises if report is not None else ():
                found[attempt, exercise.name] = {
                    task.name: f"{task.earned:g}/{task.possible:g}" for task in exercise.tasks
                }
    return found
