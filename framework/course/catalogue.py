"""The catalogue of a course: its units and exercises, and the tasks that each of them defines.

`course.toml` is read immediately; the file of an exercise is read once, on first use.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Self

from framework.course.folder import course_file, find_course_folder
from framework.course.tasks import Task, read_tasks
from framework.errors import UnknownNameError
from framework.log import logger
from framework.toml_tables import Format, Key, Table, read_table

_log = logger("course")

#: The top of ``course.toml``.
COURSE_FORMAT = Format(
    "",
    (
        Key("name", str, "Name of the course, the scope of its names."),
        Key("version", str, "Version of checks, points and thresholds, as people read it."),
        Key("revision", str, "Hash that `gradus course pin` writes."),
        Key("base", str, "Installed course, or folder, whose parts this course uses."),
        Key("plugins", list, "Modules and files that are loaded for all users of the course."),
        Key("packages", list, "Packages that graded code may import in addition to NumPy."),
        Key("overrides", dict, "Which plugin may claim a name: `NAME@PROVIDER` = plugin."),
        Key("units", list, "The units in order: `[[units]]` tables."),
    ),
)
UNIT_FORMAT = Format(
    "[[units]]",
    (
        Key("name", str, "Name of the unit's folder.", required=True),
        Key("title", str, "Title, as `gradus list` shows it.", required=True),
        Key("exercises", list, "Names of its exercises, in order."),
    ),
)

#: Name of the course that is installed with gradus.
PUBLIC_COURSE = "cs224n"

#: The form of a course's name.
COURSE_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


@dataclass(frozen=True)
class Unit:
    """A unit: its package name, its title and its exercises in order."""

    name: str
    title: str
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """All units of a course, in order.

    Args:
        root: the folder that holds ``exercises`` and ``solutions``.
        name: the scope of its names, as in ``cs224n/lstm``; empty if it has none.
        version: the readable version of its checks, points and thresholds; may be empty.
        revision: hash of the revision that the course is pinned to; empty if it is not pinned.
        base: name or folder of the course whose parts this one uses; empty for none.
        plugins: modules or files of the course itself.
        overrides: ``name@provider`` -> origin, see `framework.providers.registry.Registry`.
        packages: packages, and modules of `framework`, that graded code may also import.
    """

    root: Path
    units: tuple[Unit, ...] = ()
    plugins: tuple[str, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict, hash=False)
    packages: tuple[str, ...] = ()
    name: str = ""
    version: str = ""
    base: str = ""
    revision: str = ""
    _tables: dict[str, Table] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def read(cls, root: Path) -> Self:
        """Read ``exercises/course.toml`` below `root`.

        Raises:
            BadInputError: it is missing or wrong; the message names the key.
        """
        table = read_table(course_file(root))
        COURSE_FORMAT.check(table)
        units = tuple(_read_unit(unit) for unit in table.tables("units"))
        _reject_duplicates(table, units)
        plugins = tuple(_located(root, plugin) for plugin in table.texts("plugins"))
        overrides = table.table("overrides")
        chosen = {key: overrides.get(key, str) for key in overrides.values}
        course = cls(
            root,
            units,
            plugins,
            chosen,
            import_names(table),
            _course_name(table),
            table.get("version", str, ""),
            _located_base(root, table),
            table.get("revision", str, ""),
        )
        _log.info("read %s: %d exercises", course_file(root), len(course.exercise_names))
        return course

    @cached_property
    def exercise_names(self) -> tuple[str, ...]:
        """Every exercise, in order."""
        return tuple(name for unit in self.units for name in unit.exercises)

    def unit_of(self, exercise: str) -> str:
        """Return the unit of an exercise.

        Raises:
            UnknownNameError: the course has no such exercise; with near misses.
        """
        for unit in self.units:
            if exercise in unit.exercises:
                return unit.name
        raise UnknownNameError("exercise", exercise, self.exercise_names, "gradus list")

    def is_unread(self, exercise: str) -> bool:
        """Return whether the file of `exercise` has not been needed yet."""
        return exercise not in self._tables

    def exercise_table(self, exercise: str) -> Table:
        """Return the content of the ``exercise.toml`` of an exercise.

        Raises:
            UnknownNameError: the course has no such exercise.
            BadInputError: the file is missing or not TOML.
        """
        if exercise not in self._tables:
            folder = self.root / "exercises" / self.unit_of(exercise) / exercise
            self._tables[exercise] = _read_once(folder / "exercise.toml")
        return self._tables[exercise]

    def tasks(self, exercise: str) -> tuple[Task, ...]:
        """Return the tasks of an exercise.

        Raises:
            UnknownNameError: the course has no such exercise.
            BadInputError: its ``exercise.toml`` is wrong; the message names the key.
        """
        return read_tasks(self.exercise_table(exercise))


def _read_once(file: Path) -> Table:
    """Return the table in `file`, cached in the process until the file changes."""
    try:
        status = file.stat()
    except OSError:
        return read_table(file)  # this reports why it cannot be read
    return _parsed(file, (status.st_mtime_ns, status.st_size, status.st_ino))


@lru_cache(maxsize=1024)
def _parsed(file: Path, version: tuple[int, ...]) -> Table:
    """Return the table in `file`; `version` changes with the file."""
    return read_table(file)


def active_course() -> Catalogue:
    """Return the course of the working directory, else the installed one, else an empty one.

    Raises:
        BadInputError: its ``course.toml`` is wrong.
    """
    root = find_course_folder()
    return Catalogue.read(root) if root else Catalogue(Path.cwd())


def _read_unit(table: Table) -> Unit:
    UNIT_FORMAT.check(table)
    return Unit(_package_name(table), table.get("title", str), table.texts("exercises"))


def _package_name(table: Table) -> str:
    name = table.get("name", str)
    if not name.isidentifier():
        table.fail("name", f"must be a Python package name, not {name!r}")
    return name


def _reject_duplicates(table: Table, units: tuple[Unit, ...]) -> None:
    """Raise an error for equal names: one argument selects both units and exercises."""
    names = [unit.name for unit in units]
    names += [name for unit in units for name in unit.exercises]
    for name, count in Counter(names).items():
        if count > 1:
            table.fail(
                "units", f"name '{name}' {count} times: every unit and exercise needs its own name"
            )


def import_names(table: Table) -> tuple[str, ...]:
    """Return the list `packages` of a table: names such as ``gensim``, ``framework.data.batching``.

    Raises:
        BadInputError: one is not the name of a package or of a module of `framework`.
    """
    names = table.texts("packages")
    for name in names:
        parts = name.split(".")
        if not all(map(str.isidentifier, parts)) or (len(parts) > 1) != (parts[0] == "framework"):
            table.fail(
                "packages",
                f'names {name!r}: expected what follows `import`, as in "scipy" or '
                '"framework.data.batching"',
            )
    return names


def _course_name(table: Table) -> str:
    name = table.get("name", str, "")
    if name and not COURSE_NAME.fullmatch(name):
        table.fail(
            "name",
            "must have lower-case letters and digits, with single - or _ between, as in "
            f'"transformers", not {name!r}',
        )
    return name


def _located_base(root: Path, table: Table) -> str:
    """Return the base; a path is relative to the course."""
    base = table.get("base", str, "")
    return str(root / base) if "/" in base or base.startswith(".") else base


def _located(root: Path, plugin: str) -> str:
    """Return `plugin`; a path is relative to the course, not to the working directory."""
    return str(root / plugin) if plugin.endswith(".py") or "/" in plugin else plugin
