"""The search for the folder of the course."""

from __future__ import annotations

from pathlib import Path

import framework


def course_file(root: Path) -> Path:
    """Return the file that makes the folder `root` a course."""
    return root / "exercises" / "course.toml"


def find_course_folder(start: Path | None = None) -> Path | None:
    """Return the course of the folder `start`, else of the working directory, else the installed
    one.

    Returns: the folder that contains ``exercises``; None if there is no course. With a given
    `start` the installed course is never used.
    """
    here = (start or Path.cwd()).resolve()
    installed = [] if start else [Path(framework.__file__).parents[1]]
    folders = (here, *here.parents, *installed)
    return next((folder for folder in folders if course_file(folder).is_file()), None)
