"""The search for the folder of the course."""

from __future__ import annotations

from pathlib import Path

import framework

_chosen: Path | None = None


def course_file(root: Path) -> Path:
    """Return the file that makes the folder `root` a course."""
    return root / "exercises" / "course.toml"


def choose_course_folder(root: Path | None) -> None:
    """Let the folder `root` hold the active course of this process; None ends the choice."""
    global _chosen  # noqa: PLW0603 - one per process: `gradus --course`
    _chosen = root


def public_course_folder() -> Path:
    """Return the folder of the course that is installed with gradus."""
    return Path(framework.__file__).resolve().parents[1]


def own_course_folder() -> Path | None:
    """Return the chosen course, else that of the working directory, and never the installed one."""
    return _chosen or find_course_folder(Path.cwd())


def find_course_folder(start: Path | None = None) -> Path | None:
    """Return the course of the folder `start`, else of the working directory, else the installed
    one. Without `start`, the choice of `choose_course_folder` comes first.

    Returns: the folder that contains ``exercises``; None if there is no course. With a given
    `start` the installed course is never used.
    """
    if start is None and _chosen is not None:
        return _chosen
    here = (start or Path.cwd()).resolve()
    installed = [] if start else [Path(framework.__file__).parents[1]]
    folders = (here, *here.parents, *installed)
    return next((folder for folder in folders if course_file(folder).is_file()), None)
