"""Files from before an exercise was renamed or split: they are still found.

``exercise.toml`` of the new exercise names the old ones: ``formerly = ["ngram"]``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from autograder.course.reading import Course, Exercise

if TYPE_CHECKING:
    from autograder.submissions.submitted_file import SubmittedFile


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
    """Return the files of `former`, by exercise, that are used, each with a note for its author.

    Such a file is used if a task of the exercise is begun in it, and none in the exercise's own
    file among `files`.
    """
    return {
        name: replace(file, notes=(*file.notes, _note(name)))
        for name, file in former.items()
        if file.has_work(course.exercise(name))
        and not (name in files and files[name].has_work(course.exercise(name)))
    }


def _note(name: str) -> str:
    return f"also graded as '{name}', an exercise of its own now: move its tasks to {name}.py"
