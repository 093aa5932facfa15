"""The course: its units and exercises, read from ``course.toml`` and ``exercise.toml``.

Only `course.toml` is read at once; an exercise is read when it is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.thresholds import Threshold, read_thresholds
from framework.course.folder import course_file, find_course_folder, read_plugin_settings
from framework.errors import BadInputError, UnknownNameError
from framework.toml_tables import Table, read_table
from framework.training.recipes import Recipe, read_recipe


@dataclass(frozen=True)
class Task:
    """One thing to write: `name` in the stub file, `registry_name` everywhere else.

    That is the snake_case of `name`, unless the key ``registry`` gives another one: the function
    ``sigmoid`` cannot have the name of the layer ``Sigmoid``.
    """

    name: str
    kind: str
    registry_name: str


@dataclass(frozen=True)
class TimeBudget:
    """Seconds for one call into the student's code, and for the whole exercise."""

    call: float
    total: float


@dataclass(frozen=True)
class Exercise:
    """One exercise, as ``exercise.toml`` describes it.

    Args:
        root: the folder that holds ``exercises`` and ``solutions``.
        requires: exercises whose parts this one uses.
        points: the sum of the points of its checks, hidden ones included.
        thresholds: what metrics of trained models have to reach, by the metric's name.
    """

    root: Path
    unit: str
    name: str
    title: str
    lecture: str
    points: int
    requires: tuple[str, ...]
    hints: tuple[str, ...]
    time: TimeBudget
    thresholds: Mapping[str, Threshold] = field(hash=False)
    train: Recipe | None
    tasks: tuple[Task, ...]

    @property
    def folder(self) -> Path:
        """Where a student works."""
        return self.root / "exercises" / self.unit / self.name

    @property
    def stub(self) -> Path:
        """The file to fill in."""
        return self.folder / f"{self.name}.py"

    @property
    def toml(self) -> Path:
        """What this is read from."""
        return self.folder / "exercise.toml"

    @property
    def readme(self) -> Path:
        """What to do and why."""
        return self.folder / "README.md"

    @property
    def tests(self) -> Path:
        """The checks that a student can read."""
        return self.folder / f"test_{self.name}.py"

    @property
    def solution(self) -> Path:
        """The stub, filled in; absent from a student kit."""
        return self.root / "solutions" / self.unit / self.name / f"{self.name}.py"

    @property
    def hidden_tests(self) -> Path:
        """The checks with other seeds and shapes; absent from a student kit."""
        return self.solution.parent / f"test_{self.name}_hidden.py"

    @property
    def task_names(self) -> tuple[str, ...]:
        """Names to be defined in the stub file."""
        return tuple(task.name for task in self.tasks)


@dataclass(frozen=True)
class Unit:
    """A unit: its package name, its title and its exercises in order."""

    name: str
    title: str
    exercises: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """All units of a course, in order.

    Args:
        root: the folder that holds ``exercises`` and ``solutions``.
        plugins: modules or files that the course brings along.
        overrides: ``name@provider`` -> origin, see `framework.providers.registry.Registry`.
    """

    root: Path
    units: tuple[Unit, ...]
    plugins: tuple[str, ...] = ()
    overrides: Mapping[str, str] = field(default_factory=dict, hash=False)
    _read: dict[str, Exercise] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def exercise_names(self) -> tuple[str, ...]:
        """Every exercise, in order."""
        return tuple(name for unit in self.units for name in unit.exercises)

    def exercise(self, name: str) -> Exercise:
        """The exercise `name`, read on first use.

        Raises:
            UnknownNameError: with near misses.
            BadInputError: its ``exercise.toml`` is wrong; the message names the key.
        """
        if name not in self._read:
            unit = next((unit for unit in self.units if name in unit.exercises), None)
            if unit is None:
                raise UnknownNameError("exercise", name, self.exercise_names, "gradus list")
            self._read[name] = _read_exercise(self, unit.name, name)
        return self._read[name]

    def select(self, names: Iterable[str] = ()) -> list[Exercise]:
        """The exercises that `names` (of exercises or units; none means all) stand for, in order.

        Raises:
            UnknownNameError: with near misses.
        """
        units = {unit.name: unit.exercises for unit in self.units}
        chosen: set[str] = set()
        for name in names:
            if name not in units and name not in self.exercise_names:
                known = (*self.exercise_names, *units)
                raise UnknownNameError("exercise", name, known, "gradus list")
            chosen.update(units.get(name, (name,)))
        wanted = chosen or set(self.exercise_names)
        return [self.exercise(name) for name in self.exercise_names if name in wanted]


def find_course(start: Path | None = None) -> Course:
    """The course that `start` lies in, or else the working directory, or else the installed one.

    Raises:
        BadInputError: there is none, or its ``course.toml`` is wrong.
    """
    root = find_course_folder(start)
    if root is None:
        raise BadInputError(
            f"no course at {(start or Path.cwd()).resolve()}: neither it nor a folder above holds "
            "exercises/course.toml. Change into the course's folder, or name it with `--course DIR`"
        )
    return read_course(root)


def read_course(root: Path) -> Course:
    """Read ``exercises/course.toml`` below `root`.

    Raises:
        BadInputError: it is missing or wrong; the message names the key.
    """
    table = read_table(course_file(root))
    table.only("units", "plugins", "overrides")
    units = tuple(_read_unit(unit) for unit in table.tables("units"))
    _reject_duplicates(table, units)
    settings = read_plugin_settings(root, table)
    return Course(root, units, settings.plugins, settings.overrides)


def _read_unit(table: Table) -> Unit:
    table.only("name", "title", "exercises")
    return Unit(_package_name(table), table.get("title", str), table.texts("exercises"))


def _package_name(table: Table) -> str:
    name = table.get("name", str)
    if not name.isidentifier():
        table.fail("name", f"must be a Python package name, not {name!r}")
    return name


def _reject_duplicates(table: Table, units: tuple[Unit, ...]) -> None:
    """Units and exercises are chosen by the same argument: their names must all differ."""
    names = [unit.name for unit in units]
    names += [name for unit in units for name in unit.exercises]
    for name, count in Counter(names).items():
        if count > 1:
            table.fail(
                "units", f"name '{name}' {count} times: every unit and exercise needs its own"
            )


def _read_exercise(course: Course, unit: str, name: str) -> Exercise:
    table = read_table(course.root / "exercises" / unit / name / "exercise.toml")
    table.only(
        "title", "lecture", "points", "requires", "hints", "time", "thresholds", "train", "tasks"
    )
    return Exercise(
        root=course.root,
        unit=unit,
        name=name,
        title=table.get("title", str),
        lecture=table.get("lecture", str),
        points=_positive(table, "points"),
        requires=_required(table, course),
        hints=table.texts("hints"),
        time=_read_time(table.table("time")),
        thresholds=read_thresholds(table.table("thresholds")),
        train=read_recipe(table.table("train")) if "train" in table.values else None,
        tasks=_read_tasks(table),
    )


def _positive(table: Table, key: str) -> int:
    value = table.get(key, int)
    if value <= 0:
        table.fail(key, f"must be positive, not {value}")
    return value


def _required(table: Table, course: Course) -> tuple[str, ...]:
    requires = table.texts("requires")
    for name in requires:
        if name not in course.exercise_names:
            table.fail("requires", f"names '{name}', which course.toml does not list")
    return requires


def _read_time(table: Table) -> TimeBudget:
    table.only("call", "total")
    call, total = table.get("call", float), table.get("total", float)
    if not 0 < call <= total:
        table.fail("call", f"= {call:g} must be positive and not above total = {total:g}")
    return TimeBudget(call, total)


def _read_tasks(table: Table) -> tuple[Task, ...]:
    tasks = tuple(_read_task(task) for task in table.tables("tasks"))
    if not tasks:
        table.fail("tasks", "is missing: at least one [[tasks]] table with name and kind")
    for name, count in Counter(task.name for task in tasks).items():
        if count > 1:
            table.fail("tasks", f"name '{name}' {count} times")
    return tasks


def _read_task(table: Table) -> Task:
    # Both modules import NumPy, which reading course.toml alone should not wait for.
    from framework.interfaces import KINDS
    from framework.providers.registry import snake_case

    table.only("name", "kind", "registry")
    name, kind = table.get("name", str), table.get("kind", str)
    if not name.isidentifier():
        table.fail("name", f"must be a Python name, not {name!r}")
    if kind not in KINDS:
        table.fail("kind", f"'{kind}' is none of {', '.join(KINDS)}")
    return Task(name, kind, table.get("registry", str, snake_case(name)))
