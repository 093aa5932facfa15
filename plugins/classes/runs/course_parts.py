"""Work to which a part may have cost points is graded again with the course's solution of it.

The results belong to a run of their own, beside those of the collection. No points come from it:
an instructor sees what a student would have got, and decides.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from autograder.public.courses import Course
from autograder.public.reports import ExerciseResult, Verdict
from autograder.public.submissions import load_submission
from plugins.classes.collecting.collection import Collection
from plugins.classes.rosters.privacy import private_folder, write_private
from plugins.classes.runs.grade_job import digest_of
from plugins.classes.runs.stored_runs import Run, RunEntry, all_runs, points_of, results_of

#: The folder of a collection with work in which a part is exchanged, while it is graded.
FOLDER = "with_parts"


def parts_assignment(collection: Collection) -> str:
    """Return the name under which a store keeps the runs with course parts."""
    return f"{collection.id}/{FOLDER}"


def parts_folder(collection: Collection, attempt: str, exercise: str) -> Path:
    """Return the folder with the files of an attempt at `exercise`, with course parts."""
    return collection.folder / FOLDER / attempt / exercise


def attempt_and_part(entry: RunEntry) -> tuple[str, str]:
    """Return the attempt of an entry, and the part that it has alone; empty: all it waits for."""
    attempt, _, part = entry.attempt.partition("-")
    return attempt, part


def entries_with_parts(
    connection: Connection, collection: Collection, run: Run, course: Course
) -> list[RunEntry]:
    """Write the work of `run` to which a part may have cost points, with the course's part in it.

    Work that waits for parts gets all of them. Work that failed gets, one by one, the parts that
    pass their own checks: a part may keep what they do not see.
    """
    shutil.rmtree(collection.folder / FOLDER, ignore_errors=True)
    results, entries = points_of(connection, run), list[RunEntry]()
    passed = {key for key, graded in results.items() if graded.verdict == Verdict.PASSED}
    for (student, exercise), graded in results.items():
        if graded.result is None or (student, exercise) in passed:
            continue
        blocking = {check.blocked_by for check in graded.result.exercise.checks}
        waits_for = blocking & {*course.exercise_names}
        attempt = graded.entry.attempt
        needed = [part.name for part in course.with_required([course.exercise(exercise)])]
        tried = {attempt: waits_for} if waits_for else {
            f"{attempt}-{part}": {part} for part in needed[1:] if (student, part) in passed
        }  # fmt: skip
        for name, exchanged in tried.items():
            entry, source = replace(graded.entry, attempt=name), collection.folder_of(attempt)
            entries.append(_with_parts(collection, course, entry, source, needed, exchanged))
    return entries


def _with_parts(
    collection: Collection,
    course: Course,
    entry: RunEntry,
    source: Path,
    needed: Sequence[str],
    exchanged: set[str],
) -> RunEntry:
    """Write the files of `source` with the solutions of `exchanged`, and return the new entry."""
    folder = private_folder(parts_folder(collection, entry.attempt, entry.exercise))
    with load_submission(source, course, needed) as submission:
        sources = {name: file.source for name, file in submission.files.items()}
    sources |= {name: course.exercise(name).solution_source() for name in exchanged}
    for name, text in sources.items():
        write_private(folder / course.exercise(name).stub.name, text.encode(), is_durable=False)
    with load_submission(folder, course, needed) as submission:
        digest = digest_of(submission, course, course.exercise(entry.exercise))
    return replace(entry, submission=digest, generation=0)


#: Attempt and exercise -> each part that was tried alone, and what the exercise gets with it; the
#: part is empty for all that the work waits for.
WithParts = Mapping[tuple[str, str], Sequence[tuple[str, ExerciseResult]]]


def results_with_parts(connection: Connection, collection: Collection) -> WithParts:
    """Return what work gets with parts of the course."""
    tried: dict[tuple[str, str], list[tuple[str, ExerciseResult]]] = defaultdict(list)
    for run in all_runs(connection, parts_assignment(collection))[-1:]:
        for graded in results_of(connection, run):
            attempt, part = attempt_and_part(graded.entry)
            if graded.result is not None:
                tried[attempt, graded.entry.exercise].append((part, graded.result.exercise))
    return tried
