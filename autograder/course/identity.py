"""Which course graded: a hash of everything in it that decides about grades."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from framework.course.catalogue import Catalogue
from framework.course.folder import course_file
from framework.course.solutions import solutions_folder


def course_hash(course: Catalogue) -> str:
    """SHA-256 of the checks, descriptions and solutions of all exercises, and of the plugins.

    The stubs, which students edit, are no part of it. A plugin that is a folder or a module counts
    by its name alone.
    """
    digest = hashlib.sha256()
    for file in _deciding(course):
        name = file.relative_to(course.root) if file.is_relative_to(course.root) else file.name
        for data in (str(name).encode(), file.read_bytes() if file.is_file() else b""):
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _questions(folder: Path) -> Iterator[Path]:
    """Yield the key of written questions, if the exercise in `folder` has one."""
    if (folder / "questions.md").is_file():
        yield from (folder / "questions.md", folder / "mistakes.toml")


def _deciding(course: Catalogue) -> Iterator[Path]:
    yield course_file(course.root)
    yield from map(Path, course.plugins)
    for unit in course.units:
        for name in unit.exercises:
            yield course.root / "exercises" / unit.name / name / "exercise.toml"
            yield course.root / "exercises" / unit.name / name / f"test_{name}.py"
            yield from _questions(solutions_folder(course.root) / unit.name / name)
            yield solutions_folder(course.root) / unit.name / name / f"{name}.py"
            yield solutions_folder(course.root) / unit.name / name / f"test_{name}_hidden.py"
