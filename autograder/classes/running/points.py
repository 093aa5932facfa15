"""The points of each student in a run: per exercise, of the attempt that counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from autograder.classes.store.results import Result, find_result
from autograder.classes.store.runs import Entry, Run, entries_of
from autograder.classes.store.tables import Key

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
