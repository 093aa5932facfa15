"""The working directory: paths as they are written there, and the exercise that it belongs to."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.course.reading import Course, Exercise
from framework.errors import UsageError


def from_here(path: Path) -> str:
    """Return `path` as it is written in the working directory, if that is shorter."""
    absolute = path.resolve()
    try:
        relative = Path(os.path.relpath(absolute)).as_posix()
    except ValueError:  # on another drive
        return absolute.as_posix()
    return min(relative, absolute.as_posix(), key=len)


def name_here(course: Course) -> str:
    """Return the exercise, or else the unit, in whose folder one stands; empty for neither."""
    folder, here = (course.root / "exercises").resolve(), Path.cwd().resolve()
    if not here.is_relative_to(folder):
        return ""
    unit, *inner = [*here.relative_to(folder).parts, ""]
    if inner and inner[0] in course.exercise_names:
        return inner[0]
    return unit if unit in {known_unit.name for known_unit in course.units} else ""


def chosen_exercise(course: Course, name: str, command: str) -> Exercise:
    """Return the exercise `name`; without a name that of the working directory.

    Args:
        command: the command that asks, as ``gradus hint``.
    """
    named = name or name_here(course)
    if not named:
        raise UsageError(
            f"which exercise? Name it, as in `{command} {course.exercise_names[0]}`, or change "
            "into its folder. `gradus list` shows all"
        )
    return course.exercise(named)
