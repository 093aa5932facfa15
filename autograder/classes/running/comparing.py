"""Compares two runs: whose points moved, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from autograder.classes.running.points import NOT_GRADED, Points, points_of
from autograder.classes.store.runs import Run

#: Checks that a reason lists.
MAX_CHECKS = 3


@dataclass(frozen=True)
class Moved:
    """A student whose points for an exercise differ between two runs.

    Attributes:
        before, after: points, or that it was not graded; empty where it was no part of the run.
        reasons: what differs, and the checks that decide otherwise.
    """

    student: str
    exercise: str
    before: str
    after: str
    reasons: tuple[str, ...]


def compare(connection: Connection, first: Run, second: Run) -> Iterator[Moved]:
    """Yield the points that moved, by student and exercise."""
    before, after = points_of(connection, first), points_of(connection, second)
    for student, exercise in sorted(before.keys() | after.keys()):
        old, new = before.get((student, exercise)), after.get((student, exercise))
        if _shown(old) != _shown(new):
            reasons = (*_reasons(first, second, old, new), *_checks(old, new))
            yield Moved(student, exercise, _shown(old), _shown(new), reasons)


def _shown(points: Points | None) -> str:
    if points is None:
        return ""
    if points.result is None:
        return NOT_GRADED
    return f"{points.result.earned:g} of {points.result.possible:g}"


def _reasons(first: Run, second: Run, old: Points | None, new: Points | None) -> Iterator[str]:
    if old is None or new is None:
        yield "is only in one of the runs"
        return
    if old.entry.submission != new.entry.submission:
        yield "other work"
    if first.revision != second.revision:
        yield "other checks, solutions or plugins of the course"
    if first.seed != second.seed:
        yield "other seed"
    if first.environment != second.environment:
        yield f"{second.environment} instead of {first.environment}"
    if old.key == new.key:
        yield "graded since then"
    elif old.key.generation != new.key.generation:
        yield "graded again"


def _checks(old: Points | None, new: Points | None) -> Iterator[str]:
    """Yield the checks with another verdict."""
    before, after = _verdicts(old), _verdicts(new)
    moved = [
        f"{name}: {before[name]} -> {after[name]}"
        for name in before.keys() & after.keys()
        if before[name] != after[name]
    ]
    yield from sorted(moved)[:MAX_CHECKS]
    if len(moved) > MAX_CHECKS:
        yield f"{len(moved) - MAX_CHECKS} more checks"


def _verdicts(points: Points | None) -> dict[str, str]:
    if points is None or points.result is None:
        return {}
    (exercise,) = json.loads(points.result.report)["exercises"]
    return {
        check["id"].partition("::")[2] or task["name"]: check["verdict"]
        for task in exercise["tasks"]
        for check in task["checks"]
    }
