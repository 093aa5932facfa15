"""What follows from a course: what its reference offers, and what a backend offers for it."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterable, Iterator

from framework.course.catalogue import Catalogue
from framework.course.solutions import missing_solution, solution_module
from framework.course.tasks import Task
from framework.errors import ConflictError
from framework.providers.backends import REFERENCE
from framework.providers.registry import Implementation


def reference_offers(course: Catalogue) -> Iterator[Implementation]:
    """The tasks of all exercises of `course`: each is offered by the exercise's solution.

    Raises:
        BadInputError: an ``exercise.toml`` is missing or wrong.
        ConflictError: two exercises define one name.
    """
    owners: dict[str, str] = {}
    for unit in course.units:
        for exercise in unit.exercises:
            module = solution_module(course.root, unit.name, exercise)
            missing = missing_solution(course.root, unit.name, exercise)
            for task in course.tasks(exercise):
                _claim(owners, task, exercise)
                target = f"{module}:{task.name}"
                yield Implementation(
                    task.kind, task.registry_name, REFERENCE, target, if_absent=missing
                )


def _claim(owners: dict[str, str], task: Task, exercise: str) -> None:
    """Note that `exercise` defines `task`; names are shared by all exercises of a course."""
    other = owners.setdefault(task.registry_name, exercise)
    if other != exercise:
        raise ConflictError(
            f"the exercises '{other}' and '{exercise}' both define '{task.registry_name}': give "
            f"one of the tasks another name, or {task.name} in {exercise}/exercise.toml a key "
            "`registry`"
        )


def backend_offers(
    package: str, provider: str, course: Catalogue, extras: Iterable[Implementation] = ()
) -> list[Implementation]:
    """What a backend offers: the tasks of every exercise that `package` has a module named after.

    Nothing is imported. A module that lacks a task of its exercise is an error when that task is
    first used.

    Args:
        package: the backend's package, imported already; `__name__` in its ``__init__.py``.
        provider: the backend's name.
        course: the active course.
        extras: what no exercise asks for. One that an exercise of `course` defines is left out.
    """
    modules = {module.name for module in pkgutil.iter_modules(sys.modules[package].__path__)}
    offered = [
        Implementation(task.kind, task.registry_name, provider, f"{package}.{name}:{task.name}")
        for name in course.exercise_names
        if name in modules
        for task in course.tasks(name)
    ]
    taken = {entry.name for entry in offered}
    return offered + [entry for entry in extras if entry.name not in taken]
