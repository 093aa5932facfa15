"""Where the course is, and what its ``course.toml`` says about plugins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import framework
from framework.toml_tables import Table, read_table


@dataclass(frozen=True)
class PluginSettings:
    """The course's say in which plugins are loaded.

    Args:
        plugins: modules or files that the course brings along.
        overrides: ``name@provider`` -> origin, see `framework.providers.registry.Registry`.
    """

    plugins: tuple[str, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict, hash=False)


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


def read_plugin_settings(root: Path, table: Table) -> PluginSettings:
    """The plugins and overrides in `table`, which is ``course.toml`` of the course at `root`."""
    overrides = table.table("overrides")
    return PluginSettings(
        tuple(_located(root, plugin) for plugin in table.texts("plugins")),
        {key: overrides.get(key, str) for key in overrides.values},
    )


def course_plugins() -> PluginSettings:
    """What the course around the working directory says; nothing where there is none.

    Raises:
        BadInputError: its ``course.toml`` cannot be read.
    """
    root = find_course_folder()
    return read_plugin_settings(root, read_table(course_file(root))) if root else PluginSettings()


def _located(root: Path, plugin: str) -> str:
    """A plugin given as a file stands relative to the course, not to where it is used."""
    return str(root / plugin) if plugin.endswith(".py") or "/" in plugin else plugin
