"""Where the course is."""

from __future__ import annotations

from pathlib import Path

import framework


def course_file(root: Path) -> Path:
    """The file that makes the folder `root` a course."""
    return root / "exercises" / "course.toml"


def find_course_folder(start: Path | None = None) -> Path | None:
    """The course that `start` lies in, or else the working directory, or else the installed one.

    Returns:
        the folder that holds ``exercises``; None where there is no course. A `start` that is given
        never falls back to the installed course.
    """
    here = (start or Path.cwd()).resolve()
    installed = [] if start else [Path(framework.__file__).parents[1]]
    folders = (here, *here.parents, *installed)
    return next((folder for folder in folders if course_file(folder).is_file()), None)
