"""The final points of a run: read from the store, the collection's tables, and plugins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from autograder.classes.collecting.collection import Collection
from autograder.classes.outcomes.reading import read_results
from autograder.classes.outcomes.records import ClassResults, State
from autograder.classes.settling import manual
from autograder.classes.settling.records import StudentPoints
from autograder.classes.settling.rules import Rules, read_rules
from autograder.classes.settling.settle import Settling, settle
from autograder.classes.store.database import Store
from autograder.classes.store.runs import Run
from framework.errors import PluginError, UnknownNameError
from framework.providers.hook_calls import expect
from framework.providers.plugins import Plugins

HOOK = "adjust_points"


@dataclass(frozen=True)
class RunPoints:
    """A run with its final points.

    Attributes:
        entries: the manual points among them.
        rules: the rules among them.
        points: key of each student of the class -> final points.
    """

    results: ClassResults
    entries: manual.Entries
    rules: Rules
    points: Mapping[str, StudentPoints]

    @property
    def not_graded(self) -> int:
        """Number of results that are missing by a fault of the grader."""
        states = (one.state for found in self.points.values() for one in found.exercises)
        return sum(state is State.NOT_GRADED for state in states)

    @property
    def unused_rows(self) -> list[str]:
        """Rows of the table of manual points that are about nothing in the run."""
        parts = self.results.tasks
        known = {(key, name): parts[name] for key in self.points for name in self.results.exercises}
        return list(manual.unused(self.entries, known))

    @property
    def late_unknown(self) -> list[str]:
        """Keys of students who are late by an unknown number of days, and lose nothing for it."""
        if not self.rules.per_day:
            return []
        return [
            key
            for key, found in self.points.items()
            if any(one.days_late is None for one in found.exercises)
        ]

    def only(self, names: frozenset[str]) -> RunPoints:
        """Return it for some exercises alone.

        Raises:
            UnknownNameError: the run did not grade one of them.
        """
        for name in sorted(names):
            if name not in self.results.exercises:
                raise UnknownNameError("exercise of the run", name, self.results.exercises)
        points = (
            {key: one.only(names) for key, one in self.points.items()} if names else self.points
        )
        return replace(self, points=points)


def points_of_run(store: Store, collection: Collection, run: Run, plugins: Plugins) -> RunPoints:
    """Return the final points of `run`.

    Raises:
        BadInputError: a table or the rules of the collection are wrong.
        PluginError: a plugin returns something else than points of the same student.
    """
    results = store.transaction(partial(read_results, collection=collection, run=run))
    rules = read_rules(collection.folder, results.tasks)
    entries = manual.read_entries(collection.folder / manual.FILE)
    settling = Settling(rules, entries, partial(_adjusted, plugins))
    return RunPoints(results, entries, rules, settle(results, settling))


def _adjusted(plugins: Plugins, points: StudentPoints) -> StudentPoints:
    """Return `points` as each plugin in its turn wants them."""
    for source in plugins.sources:
        for value in plugins.ask(source, HOOK, points=points):
            changed: StudentPoints = expect(
                source, HOOK, "the points it got, or a copy", StudentPoints, value
            )
            if changed.student != points.student or _names(changed) != _names(points):
                raise PluginError(
                    f"plugin {source.label}: hook '{HOOK}': it must return the points of the same "
                    "student and the same exercises"
                )
            points = changed
    return points


def _names(points: StudentPoints) -> list[str]:
    return [one.name for one in points.exercises]
