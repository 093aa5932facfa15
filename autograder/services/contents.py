"""What a package for a service holds: exercises with solutions and hidden checks, and gradus."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

import framework
from autograder.course.reading import Course, Exercise
from autograder.course.stubs import available_stub
from autograder.kits.contents import copy_plugin, course_toml, public_files, write_base
from framework import DISTRIBUTION
from framework.course.folder import course_file
from framework.errors import BadInputError

#: The import packages of gradus itself.
PACKAGES = ("framework", "plugins", "autograder")
_IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def write_course(folder: Path, course: Course, exercises: Sequence[Exercise]) -> None:
    """Write a course of `exercises` alone, with solutions and hidden checks.

    Raises:
        BadInputError: a solution or a stub is missing, or a plugin lies outside of the course.
    """
    for exercise in exercises:
        course.require_solutions(exercise)
        _write_exercise(folder, course, exercise)
    _write(course_file(folder), course_toml(course, exercises))
    write_base(folder, course, exercises)
    for plugin in map(Path, course.plugins):
        copy_plugin(folder, course, plugin)


def _write_exercise(folder: Path, course: Course, exercise: Exercise) -> None:
    stub = available_stub(exercise)
    if stub is None:
        raise BadInputError(f"{exercise.name} has no stub: `gradus stubs` writes it")
    for file in public_files(exercise):
        target = folder / file.relative_to(course.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    _write(folder / exercise.stub.relative_to(course.root), stub)
    source = exercise.solution.parent
    target = folder / source.relative_to(course.root)
    shutil.copytree(source, target, ignore=_IGNORED, dirs_exist_ok=True)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", newline="\n")


def write_gradus(folder: Path) -> None:
    """Copy the packages of gradus, as they are installed here."""
    source = Path(framework.__file__).resolve().parents[1]
    for name in PACKAGES:
        shutil.copytree(source / name, folder / name, ignore=_IGNORED)


def requirements(course: Course, exercises: Sequence[Exercise]) -> Iterator[str]:
    """Yield what gradus and the exercises need, pinned to the versions of this installation.

    The same versions give the same numbers. Packages of exercises, and plugins of the course that
    are modules, have to be installed here, so that their versions are known.

    Raises:
        BadInputError: a package is not installed.
    """
    needed = [one.partition(";") for one in metadata.requires(DISTRIBUTION) or ()]
    names = [name for name, _, marker in needed if "extra" not in marker]
    yield from sorted({_pinned(_bare(name)) for name in names})
    added = {name.partition(".")[0] for one in exercises for name in course.graded_imports(one)}
    added |= {name.partition(".")[0] for name in course.plugins if not Path(name).exists()}
    for name in sorted(added - set(PACKAGES)):
        distributions = metadata.packages_distributions().get(name)
        if not distributions:
            raise BadInputError(f"the package {name} is not installed: `pip install {name}` first")
        yield from map(_pinned, sorted(set(distributions)))


def _bare(requirement: str) -> str:
    """Return the name of the distribution in a requirement."""
    return next(iter("".join(c if c.isalnum() or c in "-_." else " " for c in requirement).split()))


def _pinned(name: str) -> str:
    return f"{name}=={metadata.version(name).partition('+')[0]}"
