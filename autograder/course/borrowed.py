"""Parts that exercises take from the base of their course, given as the base solves them.

A student of a course does not write the exercises of its base. What ``requires`` names of the base,
as in ``cs224n/rnn``, stands beside the submission's files in the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.course.reading import Course, Exercise

Parts = dict[str, tuple[str, str]]


def borrowed_sources(course: Course, exercises: Iterable[Exercise]) -> dict[str, str]:
    """Return module name -> source of what `exercises` take from bases.

    Missing solutions are left out.
    """
    return {
        _module(name): exercise.solution_source()
        for name, exercise in course.borrowed(exercises).items()
        if exercise.solution.is_file()
    }


def borrowed_parts(course: Course, exercises: Iterable[Exercise]) -> Parts:
    """Return registry name -> (module, name in it), for plain names and those with their course."""
    scoped: Parts = {}
    plain: Parts = {}
    for name, exercise in course.borrowed(exercises).items():
        for task in exercise.tasks:
            part = (_module(name), task.name)
            scoped[f"{name.partition('/')[0]}/{task.registry_name}"] = part
            plain.setdefault(task.registry_name, part)  # the nearest base comes first
    return {**plain, **scoped}


def _module(name: str) -> str:
    """Return the module name of an exercise of a base: ``cs224n/rnn`` -> ``cs224n__rnn``."""
    return name.replace("/", "__").replace("-", "_")
