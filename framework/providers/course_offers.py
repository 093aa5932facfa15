"""The implementations that follow from a course: those of its reference and of backends."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from framework.course.catalogue import Catalogue
from framework.course.solutions import missing_solution, solution_module
from framework.course.tasks import Task
from framework.errors import ConflictError
from framework.providers.backends import REFERENCE
from framework.providers.registry import Implementation


class CourseOffers:
    """The implementations of one provider for the exercises of a course, read on first use.

    Args:
        provider: the provider.
        course: the active course.
        exercises: the exercises that the provider implements.
        implement: gives the implementation of a task of an exercise.
        extras: implementations without an exercise. One that an exercise defines is left out.
    """

    def __init__(
        self,
        provider: str,
        course: Catalogue,
        exercises: Sequence[str],
        implement: Callable[[str, Task], Implementation],
        extras: Iterable[Implementation] = (),
    ) -> None:
        self._course, self._exercises, self._implement = course, exercises, implement
        self._extras = {entry.key: entry for entry in extras}
        own = {provider} if exercises else set()
        self.providers = own | {entry.provider for entry in self._extras.values()}

    def find(self, name: str, provider: str) -> Implementation | None:
        """Return the implementation ``name@provider``; exercises read earlier are tried first."""
        for exercise in sorted(self._exercises, key=self._course.is_unread):
            for entry in self._of(exercise):
                if (entry.name, entry.provider) == (name, provider):
                    return entry
        return self._extras.get(f"{name}@{provider}")

    def __iter__(self) -> Iterator[Implementation]:
        """Everything.

        Raises:
            BadInputError: an ``exercise.toml`` is missing or wrong.
            ConflictError: two exercises define one name.
        """
        owners: dict[str, str] = {}
        for exercise in self._exercises:
            for entry in self._of(exercise):
                _claim(owners, entry, exercise)
                yield entry
        yield from (entry for entry in self._extras.values() if entry.name not in owners)

    def _of(self, exercise: str) -> Iterator[Implementation]:
        for task in self._course.tasks(exercise):
            yield self._implement(exercise, task)


def _claim(owners: dict[str, str], entry: Implementation, exercise: str) -> None:
    """Record that `exercise` defines `entry`; a name belongs to one exercise of a course."""
    other = owners.setdefault(entry.name, exercise)
    if other != exercise:
        task = entry.target.rpartition(":")[2]
        raise ConflictError(
            f"the exercises '{other}' and '{exercise}' both define '{entry.name}': give "
            f"one of the tasks another name, or {task} in {exercise}/exercise.toml a key "
            "`registry`"
        )


def reference_offers(course: Catalogue) -> CourseOffers:
    """Return the tasks of all exercises of `course`: each is offered by the exercise's solution."""

    def implement(exercise: str, task: Task) -> Implementation:
        unit = course.unit_of(exercise)
        module = solution_module(course.root, unit, exercise)
        missing = missing_solution(course.root, unit, exercise)
        target = f"{module}:{task.name}"
        return Implementation(task.kind, task.registry_name, REFERENCE, target, if_absent=missing)

    return CourseOffers(REFERENCE, course, course.exercise_names, implement)


def backend_offers(
    package: str | Mapping[str, str],
    provider: str,
    course: Catalogue,
    extras: Iterable[Implementation] = (),
    *,
    of: str | None = None,
) -> CourseOffers:
    """Return the implementations of a backend: the tasks of exercises with a module of that name.

    The module stands in `package` itself or in a folder of it, as one for each unit. Nothing is
    imported. A module without a task of its exercise is an error when that task is first used.

    Args:
        package: the backend's package, imported already; `__name__` in its ``__init__.py``. Or
            exercise -> full name of the module with its tasks.
        provider: the backend's name.
        course: the active course.
        extras: what no exercise asks for. One that an exercise of `course` defines is left out.
        of: name of the course whose exercises the modules implement: an exercise of another course
            may have the same name. None for every course.
    """
    modules = exercise_modules(package) if isinstance(package, str) else package

    def implement(exercise: str, task: Task) -> Implementation:
        target = f"{modules[exercise]}:{task.name}"
        return Implementation(task.kind, task.registry_name, provider, target)

    exercises = [name for name in course.exercise_names if name in modules]
    if of is not None and course.name != of:
        exercises = []
    return CourseOffers(provider, course, exercises, implement, extras)


def exercise_modules(package: str) -> dict[str, str]:
    """Return module name -> full name, for the modules of an imported package and its folders."""
    folders = list(sys.modules[package].__path__)
    modules: dict[str, str] = {}
    for module in pkgutil.iter_modules(folders):
        if module.ispkg:
            inner = pkgutil.iter_modules([str(Path(folder, module.name)) for folder in folders])
            modules |= {part.name: f"{package}.{module.name}.{part.name}" for part in inner}
        else:
            modules[module.name] = f"{package}.{module.name}"
    return modules
