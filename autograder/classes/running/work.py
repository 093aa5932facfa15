"""What a run grades: the exercises of each attempt that counts, and digests of their code."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from autograder.classes.collecting.collection import Collection
from autograder.classes.store.runs import Entry
from autograder.course.reading import Course, Exercise
from autograder.submissions.submission import Submission, load_submission


def digest_of(submission: Submission, course: Course, exercise: Exercise) -> str:
    """Return the digest of all code that the result of `exercise` depends on.

    That is its file, and those of the exercises that it requires: text, cells and notes.
    """
    digest = hashlib.sha256()
    for name in sorted(one.name for one in course.with_required([exercise])):
        file = submission.files.get(name)
        parts: tuple[object, ...] = (name, submission.unread.get(name, ""))
        if file is not None:
            parts += (file.source, file.line_map, file.notes, sorted(file.broken.items()))
        for part in parts:
            data = repr(part).encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def entries(collection: Collection, course: Course, names: Sequence[str] = ()) -> list[Entry]:
    """Return the entries of a run: for each student, each attempt that counts, each exercise.

    Args:
        names: exercises or units; without any, the exercises of which a file was handed in.
    """
    counting = collection.counting()
    attempts = sorted({one.attempt for found in counting.values() for one in found})
    exercises = course.select(names)
    found = {id: dict(_digests(collection, course, exercises, id)) for id in attempts}
    if not names:
        handed_in = {name for digests in found.values() for name, (_, is_there) in digests.items()
                     if is_there}  # fmt: skip
        exercises = [one for one in exercises if one.name in handed_in]
    return [
        Entry(student, one.attempt, exercise.name, found[one.attempt][exercise.name][0])
        for student, standings in counting.items()
        for one in standings
        for exercise in exercises
    ]


def _digests(
    collection: Collection, course: Course, exercises: Sequence[Exercise], attempt: str
) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Yield exercise -> digest, and whether it has a file of its own."""
    needed = [one.name for one in course.with_required(exercises)]
    with load_submission(collection.folder_of(attempt), course, needed) as submission:
        for one in exercises:
            is_there = one.name in submission.files or one.name in submission.unread
            yield one.name, (digest_of(submission, course, one), is_there)


def digest_of_all(found: Sequence[Entry]) -> str:
    """Return a digest of the entries of a run."""
    lines = sorted(f"{e.student!r} {e.attempt} {e.exercise} {e.submission}" for e in found)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
