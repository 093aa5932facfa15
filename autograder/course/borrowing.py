"""What exercises take from the bases of their course: sources and parts, by module."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.course.reading import Course, Exercise


def borrowed_sources(course: Course, exercises: Iterable[Exercise]) -> dict[str, str]:
    """Return module name -> source of what `exercises` take from bases, where it is solved."""
    return {
        _module_of(name): exercise.solution_source()
        for name, exercise in course.borrowed(exercises).items()
        if exercise.solution.is_file()
    }


def borrowed_parts(course: Course, exercises: Iterable[Exercise]) -> dict[str, tuple[str, str]]:
    """Return registry name -> (module, name in it), for plain names and those with their course."""
    scoped: dict[str, tuple[str, str]] = {}
    plain: dict[str, tuple[str, str]] = {}
    for name, exercise in course.borrowed(exercises).items():
        for task in exercise.tasks:
            part = (_module_of(name), task.name)
            scoped[f"{name.partition('/')[0]}/{task.registry_name}"] = part
            plain.setdefault(task.registry_name, part)  # the nearest base comes first
    return {**plain, **scoped}


def _module_of(name: str) -> str:
    """Return the module name of an exercise of a base: ``cs224n/rnn`` -> ``cs224n__rnn``."""
    return name.replace("/", "__").replace("-", "_")
