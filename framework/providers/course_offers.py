"""What follows from a course: what its reference offers, and what a backend offers for it."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

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
    """List what a backend offers: the tasks of every exercise that it has a module named after.

    The module stands in `package` itself or in a folder of it, as one for each unit. Nothing is
    imported. A module without a task of its exercise is an error when that task is first used.

    Args:
        package: the backend's package, imported already; `__name__` in its ``__init__.py``.
        provider: the backend's name.
        course: the active course.
        extras: what no exercise asks for. One that an exercise of `course` defines is left out.
    """
    modules = _modules(package)
    offered = [
        Implementation(task.kind, task.registry_name, provider, f"{modules[name]}:{task.name}")
        for name in course.exercise_names
        if name in modules
        for task in course.tasks(name)
    ]
    taken = {entry.name for entry in offered}
    return offered + [entry for entry in extras if entry.name not in taken]


def _modules(package: str) -> dict[str, str]:
    """Module name -> full name, for the modules of the imported `package` and of its folders."""
    folders = list(sys.modules[package].__path__)
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(folders):
        if module.ispkg:
            inner = pkgutil.iter_modules([str(Path(folder, module.name)) for folder in folders])
            found |= {one.name: f"{package}.{module.name}.{one.name}" for one in inner}
        else:
            found[module.name] = f"{package}.{module.name}"
    return found
