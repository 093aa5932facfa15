"""The working directory: its course and exercise, and paths as they are written there."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.course.reading import Course, Exercise, find_course
from framework.course.folder import own_course_folder
from framework.errors import UsageError


def own_course(named: Path | None = None) -> Course:
    """Return the course `named`, else that in which a student works; `UsageError` without one."""
    if named is None and own_course_folder() is None:
        installed = find_course()
        raise UsageError(
            f"no course at {Path.cwd()}: neither it nor a folder above holds "
            "exercises/course.toml. Change into the folder of your course or kit. The installed "
            f"course, which holds no work of yours, is chosen by `--course {installed.name}`"
        )
    return find_course(named)


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
    """Return the exercise `name`; without a name that of the working directory."""
    named = name or name_here(course)
    if not named:
        raise UsageError(
            f"which exercise? Name it, as in `{command} {course.exercise_names[0]}`, or change "
            "into its folder. `gradus list` shows all"
        )
    return course.exercise(named)
