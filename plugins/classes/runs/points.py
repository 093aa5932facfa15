"""The points of each student in a run, and changes between two runs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
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
    best: dict[str, tuple[float, list[EntryResult]]] = {}
    for (student, _), graded in by_attempt.items():
        earned = sum(part.result.earned for part in graded if part.result is not None)
        if student not in best or earned > best[student][0]:
            best[student] = earned, graded
    return {(s, part.entry.exercise): part for s, (_, graded) in best.items() for part in graded}


#: Checks that a reason lists.
MAX_CHECKS = 3


def compare(connection: Connection, first: Run, second: Run) -> Iterator[tuple[str, str]]:
    """Yield each student and exercise with other points in the second run, and why, in words."""
    before, after = points_of(connection, first), points_of(connection, second)
    for student, exercise in sorted(before.keys() | after.keys()):
        old, new = before.get((student, exercise)), after.get((student, exercise))
        if _shown(old) != _shown(new):
            if old is None or new is None:
                reasons = ["is only in one of the runs"]
            else:
                reasons = [*_reasons(first, second, old, new), *_moved_checks(old, new)]
            yield student, f"{exercise} · {_shown(old)} -> {_shown(new)}: {'; '.join(reasons)}"


def _shown(points: EntryResult | None) -> str:
    if points is None:
        return "nothing"
    return " of ".join(points.numbers) if points.result is not None else NOT_GRADED


def _reasons(first: Run, second: Run, old: EntryResult, new: EntryResult) -> Iterator[str]:
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


def _moved_checks(old: EntryResult, new: EntryResult) -> Iterator[str]:
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


def _verdicts(points: EntryResult) -> dict[str, str]:
    if points.result is None:
        return {}
    (exercise,) = json.loads(points.result.report)["exercises"]
    return {
        check["id"].partition("::")[2] or task["name"]: check["verdict"]
        for task in exercise["tasks"]
        for check in task["checks"]
    }
