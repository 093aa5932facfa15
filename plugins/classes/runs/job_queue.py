"""The queue: jobs are leased for a time, extended while they run, and given back.

A coordinator that ends without a word loses its leases: at once on the same machine, where its
process is gone, and after `LEASE` seconds elsewhere.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

import psutil
from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from plugins.classes.runs.store import KEY, ResultKey, grading, insert_once, is_key, job, key_of

QUEUED, LEASED, DONE, FAULT = "queued", "leased", "done", "fault"

#: Seconds that a lease holds without being extended.
LEASE = 120.0
#: Tries of a job that fails for a fault of ours, and leases of it that may be lost.
TRIES, MAX_LOST = 3, 10
#: Work that was not graded before comes first.
LIVE, REGRADE = 0, 10


@dataclass(frozen=True)
class Queue:
    """The jobs that one setting can grade: of one assignment, revision, seed and environment."""

    assignment: str
    revision: str
    seed: int
    environment: str

    def holds(self) -> ColumnElement[bool]:
        """Return the condition that a job is one of them."""
        return and_(*(job.c[name] == value for name, value in asdict(self).items()))

    def key(self, submission: str, exercise: str, generation: int) -> ResultKey:
        """Return the key of a result."""
        return ResultKey(
            submission, exercise, self.revision, self.seed, self.environment, generation
        )


@dataclass(frozen=True)
class Leased:
    """A leased job.

    Attributes:
        attempt: an attempt with that work.
        alone: whether nothing else may run beside it.
        tries: how often it failed for a fault of ours.
    """

    id: int
    key: ResultKey
    attempt: str
    alone: bool
    tries: int


def owner_name() -> str:
    """Return a name for this process: its machine, number, start, and a random part."""
    me = psutil.Process()
    return f"{socket.gethostname()}|{os.getpid()}|{me.create_time():.0f}|{secrets.token_hex(4)}"


def add_jobs(
    connection: Connection,
    work: Iterable[tuple[ResultKey, str]],
    *,
    assignment: str,
    run: int,
    priority: int,
) -> None:
    """Queue each key without a result; a job with a fault of the grader is tried again."""
    for key, attempt in work:
        if connection.execute(select(grading.c.at).where(is_key(grading, key))).first():
            continue
        values = {
            **asdict(key),
            "assignment": assignment,
            "run": run,
            "attempt": attempt,
            "priority": priority,
            "state": QUEUED,
            "owner": "",
            "until": 0.0,
            "alone": False,
            "tries": 0,
            "lost": 0,
            "fault": "",
        }
        if not insert_once(connection, job, values, KEY):
            again = and_(is_key(job, key), job.c.state == FAULT)
            connection.execute(
                update(job).where(again).values(state=QUEUED, tries=0, lost=0, alone=True, run=run)
            )


def lease(connection: Connection, queue: Queue, owner: str, *, is_idle: bool) -> Leased | None:
    """Lease the next job; None if there is none for now.

    Args:
        is_idle: whether nothing else runs, so that jobs that run alone may be leased.
    """
    now = time.time()
    is_free = or_(job.c.state == QUEUED, and_(job.c.state == LEASED, _expired(now)))
    chosen = (
        select(job)
        .where(queue.holds(), is_free)
        .order_by(job.c.alone, job.c.priority, job.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(chosen).first()
    if row is None or (row.alone and not is_idle):
        return None
    is_lost = row.state == LEASED
    connection.execute(
        update(job)
        .where(job.c.id == row.id)
        .values(state=LEASED, owner=owner, until=now + LEASE, lost=row.lost + is_lost)
    )
    return Leased(row.id, key_of(row), row.attempt, row.alone, row.tries)


def _expired(now: float) -> ColumnElement[bool]:
    """Return the condition that a lease has ended, or comes from a clock that was set back."""
    return or_(job.c.until < now, job.c.until > now + 2 * LEASE)


def extend(connection: Connection, jobs: Collection[int], owner: str) -> None:
    """Extend the leases of jobs that run."""
    mine = and_(job.c.id.in_(jobs), job.c.owner == owner, job.c.state == LEASED)
    connection.execute(update(job).where(mine).values(until=time.time() + LEASE))


def give_back(connection: Connection, jobs: Collection[int], owner: str) -> None:
    """Queue jobs again that were not graded, as after an interrupt."""
    mine = and_(job.c.id.in_(jobs), job.c.owner == owner, job.c.state == LEASED)
    connection.execute(update(job).where(mine).values(state=QUEUED, owner="", until=0.0))


def repeat_alone(connection: Connection, leased: Leased) -> None:
    """Queue a job again, to run alone: its machine was busy, or its worker was lost."""
    connection.execute(
        update(job)
        .where(job.c.id == leased.id, job.c.state == LEASED)
        .values(state=QUEUED, owner="", until=0.0, alone=True)
    )


def note_fault(connection: Connection, leased: Leased, fault: str) -> bool:
    """Note a fault of ours; return whether the job is given up as *not graded*."""
    tries = leased.tries + 1
    state = FAULT if tries >= TRIES else QUEUED
    connection.execute(
        update(job)
        .where(job.c.id == leased.id, job.c.state == LEASED)
        .values(state=state, owner="", until=0.0, alone=True, tries=tries, fault=fault[:2000])
    )
    return state == FAULT


def finish(connection: Connection, leased: Leased) -> None:
    """Note that a job has its result."""
    done = update(job).where(job.c.id == leased.id).values(state=DONE, owner="", until=0.0)
    connection.execute(done)


def reclaim(connection: Connection, queue: Queue) -> int:
    """Queue the jobs of coordinators on this machine whose process is gone; return how many.

    A job that was lost `MAX_LOST` times is given up: it may be what ends its coordinator.
    """
    leased = connection.execute(
        select(job.c.id, job.c.owner, job.c.lost).where(queue.holds(), job.c.state == LEASED)
    )
    gone = [row for row in leased if _is_gone(row.owner)]
    for row in gone:
        lost = row.lost + 1
        fault = f"the grader ended {lost} times while it was graded" if lost >= MAX_LOST else ""
        connection.execute(
            update(job)
            .where(job.c.id == row.id, job.c.owner == row.owner, job.c.state == LEASED)
            .values(
                state=FAULT if fault else QUEUED,
                owner="",
                until=0.0,
                lost=lost,
                alone=lost > 1,
                fault=fault,
            )
        )
    return len(gone)


def _is_gone(owner: str) -> bool:
    """Return whether `owner` is a process of this machine that has ended, waited for or not."""
    host, number, started, _ = (*owner.split("|"), "", "", "", "")[:4]
    if host != socket.gethostname():
        return False
    try:
        process = psutil.Process(int(number))
        is_another = abs(process.create_time() - float(started)) > 2
        return is_another or process.status() == psutil.STATUS_ZOMBIE
    except (psutil.Error, ValueError):
        return True


def count_jobs(connection: Connection, queue: Queue) -> dict[str, int]:
    """Return state -> number of jobs."""
    counted = select(job.c.state, func.count()).where(queue.holds()).group_by(job.c.state)
    return {row[0]: row[1] for row in connection.execute(counted)}


def fault_of(connection: Connection, key: ResultKey) -> str:
    """Return the fault that hindered the grading of `key`; empty if there is none."""
    return connection.execute(select(job.c.fault).where(is_key(job, key))).scalar() or ""


def remove_jobs(connection: Connection, keys: Iterable[ResultKey]) -> None:
    """Remove the jobs of `keys`."""
    for key in keys:
        connection.execute(delete(job).where(is_key(job, key)))
