"""The active course, and the plugins with their sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.course.reading import find_course
from autograder.installation.facts import Fact
from framework.course.catalogue import active_course
from framework.course.folder import course_file
from framework.errors import GradusError, block_options
from framework.providers.plugin_sources import Source, find_sources
from framework.providers.plugins import Plugins


def course_facts() -> Iterator[Fact]:
    """Yield where the course is, and what of it is there; an unreadable exercise is a problem."""
    course = find_course()
    yield Fact("file", str(course_file(course.root)))
    yield Fact("exercises", f"{len(course.exercise_names)} in {len(course.units)} units")
    exercises = []
    for name in course.exercise_names:
        try:
            exercises.append(course.exercise(name))
        except GradusError as error:
            yield Fact(name, problem=str(error))
    solutions = sum(exercise.solution.is_file() for exercise in exercises)
    hidden = sum(exercise.hidden_tests.is_file() for exercise in exercises)
    yield Fact("solutions", f"{solutions}, hidden checks of {hidden} exercises")


def plugin_facts(plugin: Sequence[str], block: Sequence[str]) -> Iterator[Fact]:
    """Yield every plugin with its source; one that cannot be loaded is a problem.

    Args:
        plugin: modules or paths that are loaded too.
        block: names of plugins that are not loaded.
    """
    try:
        found = Plugins(plugin, blocked=block)
    except GradusError as error:
        # A required plugin did not load: the other facts are still reported.
        yield Fact("plugins", "not loaded", problem=str(error))
        yield from map(_fact, _findable(plugin, block))
        return
    yield from map(_fact, found.sources)
    for source in found.blocked:
        yield Fact(source.label, f"{source.place}: blocked")
    for source, reason in found.failures:
        yield Fact(
            source.label,
            source.place,
            f"cannot be loaded: {reason}. {block_options([source.name])} leaves it out",
        )


def _findable(plugin: Sequence[str], block: Sequence[str]) -> list[Source]:
    """Return all plugins, or where one of them is not there, those that are installed."""
    try:
        return find_sources(plugin, active_course().plugins, block)
    except GradusError:
        return find_sources((), (), block)


def _fact(source: Source) -> Fact:
    return Fact(source.label, source.place)
