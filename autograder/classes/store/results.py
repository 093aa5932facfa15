"""Results: the first for a key is kept, a second one that differs is kept beside it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select, update

from autograder.classes.store.tables import KEY, Key, disagreement, grading, is_key, key_of
from autograder.classes.store.upsert import insert_once


@dataclass(frozen=True)
class Result:
    """The result of one exercise.

    Attributes:
        verdict: the worst of its checks.
        checks: digest of verdict and points of each check; equal results have the same.
        report: the report, as JSON with the details of hidden checks.
        repeated: whether it is that of a repetition alone on the machine.
    """

    verdict: str
    earned: float
    possible: float
    for_a_person: float
    checks: str
    report: str
    repeated: bool
    sandbox: str
    seconds: float


@dataclass(frozen=True)
class Disagreement:
    """Two results for the same work."""

    key: Key
    first: Result
    second: Result


def commit(connection: Connection, key: Key, result: Result) -> bool:
    """Write a result; return whether it is the first for `key`, or agrees with that.

    A result that differs is kept as a disagreement, and the first one counts.
    """
    values = {**asdict(key), **asdict(result), "at": time.time()}
    if insert_once(connection, grading, {**values, "confirmed": 0}, KEY):
        return True
    known = select(grading.c.checks).where(is_key(grading, key))
    if connection.execute(known).scalar() == result.checks:
        more = {"confirmed": grading.c.confirmed + 1}
        connection.execute(update(grading).where(is_key(grading, key)).values(more))
        return True
    connection.execute(insert(disagreement).values(values))
    return False


_FIELDS = tuple(Result.__dataclass_fields__)


def find_result(connection: Connection, key: Key, until: float | None = None) -> Result | None:
    """Return the result of `key`; None if there is none, or was none at the time `until`."""
    row = connection.execute(select(grading).where(is_key(grading, key))).first()
    if row is None or (until is not None and row.at > until):
        return None
    return Result(**{name: getattr(row, name) for name in _FIELDS})


def disagreements(connection: Connection, keys: Iterable[Key]) -> Iterator[Disagreement]:
    """Yield the disagreements about `keys`."""
    wanted = set(keys)
    for row in connection.execute(select(disagreement).order_by(disagreement.c.id)).all():
        key = key_of(row)
        first = find_result(connection, key) if key in wanted else None
        if first is not None:
            second = Result(**{name: getattr(row, name) for name in _FIELDS})
            yield Disagreement(key, first, second)


def remove_results(connection: Connection, keys: Iterable[Key]) -> None:
    """Remove all results of `keys`."""
    for key in keys:
        connection.execute(delete(grading).where(is_key(grading, key)))
        connection.execute(delete(disagreement).where(is_key(disagreement, key)))
