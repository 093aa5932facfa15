"""Parts that exercises take from the base of their course, given as the base solves them.

A student of a course does not write the exercises of its base. What ``requires`` names of the base,
as in ``cs224n/rnn``, stands beside the submission's files in the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from autograder.course.reading import Course, Exercise

Parts = dict[str, tuple[str, str]]


def borrowed_sources(course: Course, exercises: Iterable[Exercise]) -> dict[str, str]:
    """Return module name -> source of what `exercises` take from bases.

    Missing solutions are left out.
    """
    needed = course.borrowed(course.with_required(exercises))
    return {
        _module(name): exercise.solution_source()
        for name, exercise in needed.items()
        if exercise.solution.is_file()
    }


def borrowed_parts(course: Course, exercises: Iterable[Exercise]) -> Parts:
    """Return registry name -> (module, name in it), for plain names and those with their course."""
    needed = course.borrowed(course.with_required(exercises))
    scoped = dict(_parts(needed))
    plain: Parts = {}
    for name, module_and_name in scoped.items():  # the nearest base comes first
        plain.setdefault(name.partition("/")[2], module_and_name)
    return {**plain, **scoped}


def _parts(needed: dict[str, Exercise]) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, exercise in needed.items():
        scope = name.partition("/")[0]
        for task in exercise.tasks:
            yield f"{scope}/{task.registry_name}", (_module(name), task.name)


def _module(name: str) -> str:
    """Return the module name of an exercise of a base: ``cs224n/rnn`` -> ``cs224n__rnn``."""
    return name.replace("/", "__").replace("-", "_")
