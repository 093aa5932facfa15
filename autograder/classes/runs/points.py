"""The points of each student in a run, and what moved between two runs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from autograder.classes.runs.store import Key
from autograder.classes.runs.stored_runs import Entry, Result, Run, entries_of, find_result

#: What stands for a verdict where a fault of ours stayed.
NOT_GRADED = "not graded"


@dataclass(frozen=True)
class Points:
    """The result of one student at one exercise.

    Attributes:
        result: None if a fault of ours stayed: neither zero nor left out.
    """

    entry: Entry
    key: Key
    result: Result | None

    @property
    def verdict(self) -> str:
        """The verdict, or that it was not graded."""
        return self.result.verdict if self.result is not None else NOT_GRADED


def points_of(connection: Connection, run: Run) -> dict[tuple[str, str], Points]:
    """Return (student, exercise) -> points; of several attempts, those of the best.

    A finished run stays as it was: what was graded since then is no part of it.
    """
    results: dict[Key, Result | None] = {}
    by_attempt: dict[tuple[str, str], list[Points]] = defaultdict(list)
    for one in entries_of(connection, run.id):
        key = run.key(one)
        if key not in results:
            results[key] = find_result(connection, key, run.ended)
        by_attempt[one.student, one.attempt].append(Points(one, key, results[key]))
    best: dict[str, list[Points]] = {}
    for (student, _), found in by_attempt.items():
        if student not in best or _sum(found) > _sum(best[student]):
            best[student] = found
    return {(s, one.entry.exercise): one for s, found in best.items() for one in found}


def _sum(found: Iterable[Points]) -> float:
    return sum(one.result.earned for one in found if one.result is not None)


def totals(points: Mapping[tuple[str, str], Points]) -> dict[str, tuple[float, float, int]]:
    """Return student -> points earned, points possible, and exercises that were not graded."""
    found: dict[str, tuple[float, float, int]] = {}
    for (student, _), one in points.items():
        earned, possible, open_ones = found.get(student, (0.0, 0.0, 0))
        if one.result is None:
            found[student] = earned, possible, open_ones + 1
        else:
            found[student] = earned + one.result.earned, possible + one.result.possible, open_ones
    return found


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
