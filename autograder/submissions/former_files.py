"""Files from before an exercise was renamed or split: they are still found.

``exercise.toml`` of the new exercise names the old ones: ``formerly = ["ngram"]``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from autograder.course.reading import Course, Exercise
from autograder.submissions.progress import Progress

if TYPE_CHECKING:
    from autograder.submissions.submission import SubmittedFile


def moved_exercises(course: Course, names: Iterable[str]) -> Mapping[str, list[Exercise]]:
    """Former name -> the exercises among `names` that have tasks from there."""
    moved: dict[str, list[Exercise]] = defaultdict(list)
    for exercise in map(course.exercise, names):
        for former in exercise.formerly:
            moved[former].append(exercise)
    return moved


def from_former_files(
    files: Mapping[str, SubmittedFile], former: Mapping[str, SubmittedFile], course: Course
) -> dict[str, SubmittedFile]:
    """The files of `former`, by exercise, that are used, each with a note for its author.

    Such a file is used if a task of the exercise is begun in it, and none in the exercise's own
    file among `files`.
    """
    return {
        name: replace(file, notes=(*file.notes, _note(name)))
        for name, file in former.items()
        if _has_work(file, course.exercise(name))
        and not (name in files and _has_work(files[name], course.exercise(name)))
    }


def _has_work(file: SubmittedFile, exercise: Exercise) -> bool:
    begun = (Progress.WRITTEN, Progress.STARTED)
    return any(state in begun for state in file.progress(exercise).values())


def _note(name: str) -> str:
    return f"also graded as '{name}', an exercise of its own now: move its tasks to {name}.py"
