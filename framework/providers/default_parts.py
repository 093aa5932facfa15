"""The parts that plain Python and notebooks get: the student's own, then the reference's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import framework
from framework.course.catalogue import Catalogue
from framework.course.folder import find_course_folder
from framework.models.parts import PartSource
from framework.providers.backends import REFERENCE, STUDENT, part_source
from framework.providers.loaded_plugins import Plugins


def default_part(name: str) -> Any:
    """Return the part `name` of the course that the caller works in.

    The course is that of the working directory, else of the calling file, else the installed one.
    Its ``exercises`` are used for the parts that are written.

    Raises:
        UnknownNameError: the course has no part `name`.
        UsageError: it is not written, and the course has no solutions.
    """
    return _source_of(_course_folder())(name)


def _course_folder() -> Path | None:
    starts = [Path.cwd(), *_calling_folders()]
    roots = (find_course_folder(start) for start in starts)
    return next((root for root in roots if root), find_course_folder())


def _calling_folders() -> Iterator[Path]:
    """Yield the folders of the executed files outside of framework, innermost first."""
    own = Path(framework.__file__).parent
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        file = Path(frame.f_code.co_filename)
        if file.is_file() and own not in file.parents:
            yield file.resolve().parent


@cache
def _source_of(root: Path | None) -> PartSource:
    """Return the parts of a course. They are read once: a new process sees later edits."""
    plugins = Plugins(course=Catalogue.read(root)) if root else Plugins()
    if root:
        plugins.add_student(root / "exercises")
    return part_source(plugins.registry, [STUDENT, REFERENCE])
