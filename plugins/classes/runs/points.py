"""The points of each student in a run, and changes between two runs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from plugins.classes.runs.store import ResultKey
from plugins.classes.runs.stored_runs import Run, RunEntry, StoredResult, entries_of, find_result

#: The verdict where a fault of the grader stayed.
NOT_GRADED = "not graded"


@dataclass(frozen=True)
class EntryResult:
    """The result of one student at one exercise.

    Attributes:
        result: None if a fault of ours stayed: neither zero nor left out.
    """

    entry: RunEntry
    key: ResultKey
    result: StoredResult | None

    @property
    def verdict(self) -> str:
        """The verdict, or that it was not graded."""
        return self.result.verdict if self.result is not None else NOT_GRADED

    @property
    def numbers(self) -> tuple[str, str]:
        """Points earned and possible, for a table; blank if they are not known."""
        if self.result is None:
            return "", ""
        return f"{self.result.earned:g}", f"{self.result.possible:g}"


def points_of(connection: Connection, run: Run) -> dict[tuple[str, str], EntryResult]:
    """Return (student, exercise) -> points; of several attempts, those of the best.

    A finished run stays as it was: what was graded since then is no part of it.
    """
    results: dict[ResultKey, StoredResult | None] = {}
    by_attempt: dict[tuple[str, str], list[EntryResult]] = defaultdict(list)
    for entry in entries_of(connection, run.id):
        key = run.key(entry)
        if key not in results:
            results[key] = find_result(connection, key, run.ended)
        by_attempt[entry.student, entry.attempt].append(EntryResult(entry, key, results[key]))
    best: dict[str, list[EntryResult]] = {}
    for (student, _), graded in by_attempt.items():
        if student not in best or _sum(graded) > _sum(best[student]):
            best[student] = graded
    return {(s, entry.entry.exercise): entry for s, graded in best.items() for entry in graded}


def _sum(graded: Iterable[EntryResult]) -> float:
    return sum(entry.result.earned for entry in graded if entry.result is not None)


#: Checks that a reason lists.
MAX_CHECKS = 3


@dataclass(frozen=True)
class Moved:
    """A student whose points for an exercise differ between two runs.

    Attributes:
        before, after: points, or "not graded"; empty if the run did not have the exercise.
        reasons: differences of the runs, and checks with another verdict.
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


def _shown(points: EntryResult | None) -> str:
    if points is None:
        return ""
    if points.result is None:
        return NOT_GRADED
    return f"{points.result.earned:g} of {points.result.possible:g}"


def _reasons(
    first: Run, second: Run, old: EntryResult | None, new: EntryResult | None
) -> Iterator[str]:
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


def _checks(old: EntryResult | None, new: EntryResult | None) -> Iterator[str]:
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


def _verdicts(points: EntryResult | None) -> dict[str, str]:
    if points is None or points.result is None:
        return {}
    (exercise,) = json.loads(points.result.report)["exercises"]
    return {
        check["id"].partition("::")[2] or task["name"]: check["verdict"]
        for task in exercise["tasks"]
        for check in task["checks"]
    }
