"""The files of a student kit: exercises, public checks, stubs, and settings of editors."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

import tomlkit

from autograder.course.exercise_texts import primer_of
from autograder.course.generated_stubs import available_stub
from autograder.course.kit_folder import Kit
from autograder.course.reading import Course, Exercise
from framework import DISTRIBUTION, __version__
from framework.course.folder import course_file, public_course_folder
from framework.errors import BadInputError
from framework.text_files import read_text

_PYTEST = """[pytest]
testpaths = exercises
addopts = --import-mode=importlib
"""

#: A sentence of the README of a kit in which a model can be trained.
_TRAINED = "\n`train` lists the models that you can train with your own code."

#: Files that no copy of a folder holds.
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")

#: The guide of students in a clone; the wheel has it among the templates.
GUIDE = public_course_folder() / "docs" / "students.md"

_VSCODE = {
    "python.testing.pytestEnabled": True,
    "python.testing.unittestEnabled": False,
    "python.testing.pytestArgs": ["exercises"],
}


def write_contents(kit: Kit, course: Course, exercises: Sequence[Exercise]) -> None:
    """Write everything but recordings and the manifest into the folder of `kit`."""
    write_course(kit.root, course, exercises)
    for exercise in exercises:
        stub = kit.root / exercise.stub.relative_to(exercise.root)
        copy(stub, kit.stub(exercise.name, exercise.stub.suffix))
    template = resources.files("plugins.authoring.kits").joinpath("templates/README.md")
    trained = _trained(exercises)
    readme = Template(template.read_text("utf-8")).substitute(
        title=", ".join(dict.fromkeys(exercise.unit for exercise in exercises)),
        distribution=DISTRIBUTION,
        version=__version__,
        first=next((each for each in exercises if each.tasks), exercises[0]).name,
        primer="    gradus show primer\n" if primer_of(course) else "",
        train="    gradus train\n" if trained else "",
        trained=_TRAINED if trained else "",
    )
    write(kit.root / "README.md", readme)
    write(kit.root / "GUIDE.md", guide())
    write(kit.root / "pytest.ini", _PYTEST)
    write(kit.root / ".vscode" / "settings.json", json.dumps(_VSCODE, indent=4) + "\n")


def _trained(exercises: Sequence[Exercise]) -> bool:
    """Return whether `gradus train` trains one of `exercises`, with these alone."""
    names = {exercise.name for exercise in exercises}
    recipes = [exercise.train for exercise in exercises if exercise.train is not None]
    return any(names.issuperset(recipe.requires) for recipe in recipes)


def guide() -> str:
    """Return the guide of students, without links to pages that a kit does not have."""
    shipped = Path(str(resources.files("plugins.authoring.kits"))) / "templates" / "students.md"
    text = read_text(shipped if shipped.is_file() else GUIDE)
    return re.sub(r"\[([^]]+)\]\((?!https?:|#)[^)]+\)", r"\1", text)


def write_course(
    folder: Path, course: Course, exercises: Sequence[Exercise], base: str = ""
) -> None:
    """Write a course of `exercises` alone, also those of bases: public files, stubs and plugins."""
    for exercise in exercises:
        stub = available_stub(exercise)
        if stub is None:
            raise BadInputError(f"{exercise.name} has no stub: `gradus stubs` writes it")
        for file in _public_files(exercise):
            copy(file, folder / file.relative_to(exercise.root))
        write(folder / exercise.stub.relative_to(exercise.root), stub)
    if primer := primer_of(course):
        copy(primer, folder / primer.relative_to(course.root))
    write(course_file(folder), course_toml(course, exercises, base))
    for plugin in _local_plugins(course):
        if not plugin.is_relative_to(course.root):
            raise BadInputError(
                f"the plugin {plugin} lies outside of the course {course.root}: a copy can hold "
                "only plugins of the course's folder. Move it there, or install it as a package"
            )
        target = folder / plugin.relative_to(course.root)
        if plugin.is_dir():
            shutil.copytree(plugin, target, ignore=IGNORED)
        else:
            copy(plugin, target)


def _local_plugins(course: Course) -> list[Path]:
    """Return the plugins of the course that are files and folders; the others are installed."""
    return [path for path in map(Path, course.plugins) if path.exists()]


def plugin_files(folder: Path, course: Course) -> Iterator[Path]:
    """Yield the files of the plugins of `course` in its copy at `folder`."""
    for plugin in _local_plugins(course):
        copied = folder / plugin.relative_to(course.root)
        yield from filter(Path.is_file, [copied, *copied.rglob("*")])


def _public_files(exercise: Exercise) -> Iterator[Path]:
    """Yield the files of the exercise's folder without the file that students edit."""
    for file in sorted(exercise.folder.rglob("*")):
        parts = file.relative_to(exercise.folder).parts
        is_junk = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if file.is_file() and not file.is_symlink() and not is_junk and file != exercise.stub:
            yield file


def course_toml(course: Course, exercises: Sequence[Exercise], base: str = "") -> str:
    """Return the text of ``course.toml`` with these exercises alone, those of bases first."""
    table = tomlkit.parse(read_text(course_file(course.root)))
    for key in ("base", "units"):
        table.pop(key, None)
    if base:
        table["base"] = base
    units: dict[str, dict[str, Any]] = {}
    packages: dict[str, None] = {}
    for source in (*reversed(course.bases), course):
        for unit in source.units:
            own = [e.name for e in exercises if (e.root, e.unit) == (source.root, unit.name)]
            if own:
                packages |= dict.fromkeys(source.packages)
                entry = {"name": unit.name, "title": unit.title, "exercises": []}
                units.setdefault(unit.name, entry)["exercises"] += own
    if packages:
        table["packages"] = [*packages]
    table["units"] = [*units.values()]
    return tomlkit.dumps(table)


def copy(file: Path, target: Path) -> None:
    """Copy `file` to `target`, with the folders above it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def write(file: Path, text: str) -> None:
    """Write `text` to `file`, with the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", newline="\n")


def pack(root: Path, file: Path, folder: str = "", mode: int = 0o666) -> None:
    """Write the files below `root` into the zip `file`, there below `folder`."""
    aside = file.with_name(f".{file.name}.part")
    with (
        os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive,
    ):
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, Path(folder, path.relative_to(root)))
    aside.replace(file)
