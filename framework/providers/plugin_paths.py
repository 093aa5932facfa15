"""Plugins given by path: a file, a package, or the folder of a project that is not installed."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from framework.errors import ConflictError, UsageError
from framework.importing import execute_module


@dataclass(frozen=True)
class Place:
    """Where a plugin's code is.

    Args:
        name: of the plugin: what it would be called if it were installed.
        module: what is imported; the plugin names its targets relative to it.
        file: the file of the outermost package, or of the module if that stands alone.
    """

    name: str
    module: str
    file: Path


def is_path(target: str) -> bool:
    """Return whether `target` is a path rather than the name of a module."""
    return target.endswith(".py") or "/" in target or os.sep in target or Path(target).is_dir()


def locate(target: str) -> Place:
    """Find the plugin at the path `target`.

    Raises:
        UsageError: there is none.
        BadInputError: the project's ``pyproject.toml`` cannot be read.
    """
    path = Path(target).resolve()
    if path.is_file():
        return Place(path.stem, path.stem, path)
    if (path / "__init__.py").is_file():
        return Place(path.name, path.name, path / "__init__.py")
    for name, module in _declared(path).items():
        file = _file_of(path, module.partition(".")[0])
        if file is not None:
            return Place(name, module, file)
    raise UsageError(
        f"no plugin at {target}: expected a .py file, a package, or a project with an entry point "
        "of the group 'gradus'. `gradus new plugin NAME` writes one"
    )


def _declared(project: Path) -> dict[str, str]:
    """Return the one plugin that a project has: its name and its module."""
    file = project / "pyproject.toml"
    if not file.is_file():
        return {project.name: project.name.replace("-", "_")}
    from framework.toml_tables import read_table  # imports tomllib, which few need

    entries = read_table(file).table("project").table("entry-points").table("gradus")
    if len(entries.values) > 1:
        raise UsageError(
            f"{file} has {len(entries.values)} plugins: give the one that is meant as a .py file "
            "or a package, or install the project"
        )
    return {name: entries.get(name, str) for name in entries.values}


def _file_of(project: Path, module: str) -> Path | None:
    inner = (f"{module}/__init__.py", f"{module}.py")
    candidates = (folder / name for folder in (project, project / "src") for name in inner)
    return next((path for path in candidates if path.is_file()), None)


def import_place(place: Place) -> ModuleType:
    """Import the plugin at `place` under its own name, once per process.

    Raises:
        ConflictError: an installed module has that name: it would be hidden.
        Exception: whatever the plugin raises.
    """
    outermost = place.module.partition(".")[0]
    _check_free(outermost, place.file)
    if outermost not in sys.modules:
        execute_module(outermost, place.file)
    return importlib.import_module(place.module)


def _check_free(name: str, file: Path) -> None:
    """Raise an error if an installed module has the name; a plain folder has no origin."""
    spec = importlib.util.find_spec(name)
    taken = spec.origin if spec is not None else None
    if taken is not None and Path(taken).resolve() != file:
        raise ConflictError(
            f"{file} would hide the module '{name}' ({taken}): rename the plugin's file or package"
        )
