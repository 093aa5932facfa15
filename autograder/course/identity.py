"""Which course graded: a hash of everything in it that decides about grades."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from autograder.course.kit_folder import kit_of, manifest_of
from framework.course.catalogue import Catalogue
from framework.course.folder import course_file
from framework.course.solutions import solutions_folder
from framework.providers.courses import lineage


def course_hash(course: Catalogue) -> str:
    """SHA-256 of the checks, descriptions and solutions of all exercises, and of the plugins.

    The stubs, which students edit, are no part of it. A plugin that is a folder or a module counts
    by its name alone, and the base of a course like its own exercises. A student kit has the hash
    of the course that it was made from.
    """
    kit = kit_of(course.root)
    if kit is not None:
        return kit.course
    digest, inside = hashlib.sha256(), f"{course.root}{os.sep}"
    for file in _deciding(course):
        name = file.removeprefix(inside) if file.startswith(inside) else Path(file).name
        content = b""
        if os.path.isfile(file):  # noqa: PTH113
            with open(file, "rb", buffering=0) as stream:  # noqa: PTH123
                content = stream.readall()
        for data in (name.encode(), content):
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def course_files(course: Catalogue) -> list[Path]:
    """Return the files that decide about results and reports; some of them may not exist."""
    files = [manifest_of(course.root), *map(Path, _deciding(course))]
    solutions = solutions_folder(course.root)
    for unit in course.units:
        for name in unit.exercises:
            files.append(course.root / "exercises" / unit.name / name / "README.md")
            files.append(solutions / unit.name / name / "mistakes.toml")
    return files


def _deciding(course: Catalogue) -> Iterator[str]:
    yield str(course_file(course.root))
    yield from course.plugins
    exercises, solutions = course.root / "exercises", solutions_folder(course.root)
    for unit in course.units:
        for name in unit.exercises:
            yield f"{exercises}/{unit.name}/{name}/exercise.toml"
            yield f"{exercises}/{unit.name}/{name}/test_{name}.py"
            folder = f"{solutions}/{unit.name}/{name}"
            if os.path.isfile(f"{folder}/questions.md"):  # noqa: PTH113
                yield from (f"{folder}/questions.md", f"{folder}/mistakes.toml")
            yield from (f"{folder}/{name}.py", f"{folder}/test_{name}_hidden.py")
    for base in lineage(course)[1:2]:  # it has its own base after it
        yield from _deciding(base)
