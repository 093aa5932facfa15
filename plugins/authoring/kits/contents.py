"""The files of a student kit: exercises, public checks, stubs, and settings of editors."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from string import Template

import tomlkit

from autograder.course.kit_folder import Kit
from autograder.course.reading import Course, Exercise
from autograder.course.stubs import available_stub
from framework import DISTRIBUTION, __version__
from framework.course.catalogue import base_in_kit
from framework.course.folder import course_file
from framework.errors import BadInputError
from framework.text_files import read_text

_PYTEST = """[pytest]
testpaths = exercises
addopts = --import-mode=importlib
"""

#: Files that no copy of a folder holds.
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")

_VSCODE = {
    "python.testing.pytestEnabled": True,
    "python.testing.unittestEnabled": False,
    "python.testing.pytestArgs": ["exercises"],
}


def write_contents(kit: Kit, course: Course, exercises: Sequence[Exercise]) -> None:
    """Write everything but recordings and the manifest into the folder of `kit`."""
    write_course(kit.root, course, exercises)
    for exercise in exercises:
        stub = kit.root / exercise.stub.relative_to(course.root)
        _copy(stub, kit.stub(exercise.name, exercise.stub.suffix))
    template = resources.files("plugins.authoring.kits").joinpath("templates/README.md")
    readme = Template(template.read_text("utf-8")).substitute(
        title=", ".join(dict.fromkeys(exercise.unit for exercise in exercises)),
        distribution=DISTRIBUTION,
        version=__version__,
        first=exercises[0].name,
    )
    _write(kit.root / "README.md", readme)
    _write(kit.root / "pytest.ini", _PYTEST)
    _write(kit.root / ".vscode" / "settings.json", json.dumps(_VSCODE, indent=4) + "\n")


def write_course(folder: Path, course: Course, exercises: Sequence[Exercise]) -> None:
    """Write a course of `exercises` alone: their public files, stubs, base and plugins.

    Raises:
        BadInputError: an exercise has no stub, or a plugin of the course lies outside of it.
    """
    for exercise in exercises:
        stub = available_stub(exercise)
        if stub is None:
            raise BadInputError(f"{exercise.name} has no stub: `gradus stubs` writes it")
        for file in _public_files(exercise):
            _copy(file, folder / file.relative_to(course.root))
        _write(folder / exercise.stub.relative_to(course.root), stub)
    _write(course_file(folder), _course_toml(course, exercises))
    _write_base(folder, course, exercises)
    for plugin in map(Path, course.plugins):
        if not plugin.exists():  # a module, which is installed
            continue
        if not plugin.is_relative_to(course.root):
            raise BadInputError(
                f"the plugin {plugin} lies outside of the course {course.root}: a copy can hold "
                "only plugins of the course's folder. Move it there, or install it as a package"
            )
        target = folder / plugin.relative_to(course.root)
        if plugin.is_dir():
            shutil.copytree(plugin, target, ignore=IGNORED)
        else:
            _copy(plugin, target)


def _write_base(folder: Path, course: Course, exercises: Sequence[Exercise]) -> None:
    """Write what `exercises` take from bases: students may not have these."""
    root = base_in_kit(folder)
    needed = course.borrowed(exercises)
    for depth, base in enumerate(course.bases):
        names = {need.name for key, need in needed.items() if key.startswith(f"{base.name}/")}
        table = tomlkit.parse(_course_toml(base, [base.exercise(name) for name in names]))
        for key in ("plugins", "overrides"):
            table.pop(key, None)
        if "base" in table:
            table["base"] = "./base"
        base_folder = root.joinpath(*["base"] * depth)
        _write(course_file(base_folder), tomlkit.dumps(table))
        for name in names:
            exercise = base.exercise(name)
            for file in (exercise.toml, exercise.solution):
                _copy(file, base_folder / file.relative_to(base.root))


def _public_files(exercise: Exercise) -> Iterator[Path]:
    """Yield the files of the exercise's folder without the file that students edit."""
    for file in sorted(exercise.folder.rglob("*")):
        parts = file.relative_to(exercise.folder).parts
        is_junk = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if file.is_file() and not file.is_symlink() and not is_junk and file != exercise.stub:
            yield file


def _course_toml(course: Course, exercises: Sequence[Exercise]) -> str:
    """Return the text of ``course.toml`` with these exercises alone."""
    names = {exercise.name for exercise in exercises}
    table = tomlkit.parse(read_text(course_file(course.root)))
    units = table.pop("units")
    table["units"] = tomlkit.aot()
    for unit in units:
        unit["exercises"] = [name for name in unit["exercises"] if name in names]
        if unit["exercises"]:
            table["units"].append({key: unit[key] for key in unit})
    return tomlkit.dumps(table)


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", newline="\n")


def pack(root: Path, file: Path, folder: str = "", mode: int = 0o666) -> None:
    """Write the files below `root` into the zip `file`, there below `folder`.

    Args:
        mode: permissions of the zip, less those that the system takes away.
    """
    aside = file.with_name(f".{file.name}.part")
    with (
        os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive,
    ):
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, Path(folder, path.relative_to(root)))
    aside.replace(file)
