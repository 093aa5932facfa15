"""The life of a job: queued and leased in the store, graded by an engine, committed once.

A coordinator that crashes loses its leases: at once on the same machine, where its
process is gone, and after `LEASE` seconds elsewhere.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from plugins.classes.runs.grade_job import Engine, Job, JobOutcome, settled
from plugins.classes.runs.store import (
    FAULT,
    KEY,
    ResultKey,
    Store,
    from_row,
    grading,
    insert_once,
    is_key,
    job,
    keys_of,
)
from plugins.classes.runs.stored_runs import RunKey, StoredResult, commit

QUEUED, LEASED, DONE = "queued", "leased", "done"

#: Seconds that a lease holds without being extended.
LEASE = 120.0
#: Tries of a job that fails for a fault of ours, and leases of it that may be lost.
TRIES, MAX_LOST = 3, 10
#: Work that was not graded before comes first.
LIVE, REGRADE = 0, 10
#: Seconds between looks at the clock, and at work of other coordinators.
TICK = 1.0

#: Values of a job without a lease.
_UNLEASED = {"owner": "", "until": 0.0}


@dataclass(frozen=True)
class Leased:
    """A leased job: whether it runs `alone`, and how often it failed for a fault of ours."""

    id: int
    key: ResultKey
    attempt: str
    alone: bool
    tries: int


def jobs_of(run_key: RunKey, revisions: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a job belongs to a run.

    Args:
        revisions: those of the exercises; a job of another course version with an equal one counts.
    """
    same = (job.c[name] == getattr(run_key, name) for name in ("assignment", "seed", "environment"))
    return and_(*same, job.c.revision.in_(revisions))


def owner_name() -> str:
    """Return a name for this process: its machine, number, start, and a random part."""
    me = psutil.Process()
    return f"{socket.gethostname()}|{os.getpid()}|{me.create_time():.0f}|{secrets.token_hex(4)}"


@dataclass
class Coordinator:
    """Grades all jobs of `queue`, see `jobs_of`; another coordinator may do so at the same time.

    `folder_of` returns the folder with the files of an attempt at an exercise. `on_end` is called
    with the number of jobs that have ended.
    """

    store: Store
    engine: Engine
    queue: ColumnElement[bool]
    folder_of: Callable[[str, str], Path]
    on_end: Callable[[int], None] = lambda ended: None
    _ended: int = 0
    _owner: str = field(default_factory=owner_name)
    _running: dict[Future[JobOutcome], Leased] = field(default_factory=dict)
    #: Ids of leased jobs, also of one that is about to run.
    _held: set[int] = field(default_factory=set)
    _extended: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Grade until no job is left; after an interrupt, leased jobs are queued again."""
        self.store.transaction(reclaim, self.queue)
        try:
            while self._step():
                pass
        except BaseException:
            self.engine.close()
            self.store.transaction(give_back, self._held, self._owner)
            raise

    def _step(self) -> bool:
        """Lease jobs, and settle those that have ended; return whether any are left."""
        self._fill()
        if not self._running:
            return self._wait_for_others()
        done, _ = wait(self._running, timeout=TICK, return_when=FIRST_COMPLETED)
        if any(map(_is_lost, done)):
            done, _ = wait(self._running)  # the others end soon, too
            self.engine.restart()
        for future in done:
            leased = self._running[future]
            self._settle(future, leased)
            self._held.discard(leased.id)  # after it: an interrupt before gives the job back
            del self._running[future]
        if time.monotonic() - self._extended > LEASE / 4:  # long before leases end
            self._extended = time.monotonic()
            self.store.transaction(extend, self._held, self._owner)
        return True

    def _fill(self) -> None:
        """Start jobs while the engine has room; a job that runs alone has it for itself."""
        while len(self._running) < self.engine.width:
            if any(leased.alone for leased in self._running.values()):
                return
            is_idle = not self._running
            leased = self.store.transaction(lease, self.queue, self._owner, is_idle=is_idle)
            if leased is None:
                return
            self._held.add(leased.id)
            folder = str(self.folder_of(leased.attempt, leased.key.exercise))
            task = Job(folder, leased.key.exercise, leased.key.submission, leased.alone)
            try:
                self._running[self.engine.submit(task)] = leased
            except BrokenExecutor:  # lost between two jobs
                self.engine.restart()
                self.store.transaction(repeat_alone, leased)
                self._held.discard(leased.id)

    def _wait_for_others(self) -> bool:
        """Return whether jobs are left, after a pause for those that other coordinators lease."""
        counts = self.store.transaction(count_jobs, self.queue)
        if counts.get(QUEUED, 0):
            return True
        if not counts.get(LEASED, 0):
            return False
        time.sleep(TICK)
        self.store.transaction(reclaim, self.queue)
        return True

    def _settle(self, future: Future[JobOutcome], leased: Leased) -> None:
        """Commit the result of a job, note its fault, or queue it again."""
        outcome = settled(future, alone=leased.alone)
        if outcome.result is not None:
            self.store.transaction(finish, leased, outcome.result)
            self._ended += 1
        elif outcome.is_open:
            self.store.transaction(repeat_alone, leased)
        else:
            self._ended += self.store.transaction(note_fault, leased, outcome.fault)
        self.on_end(self._ended)


def _is_lost(future: Future[JobOutcome]) -> bool:
    """Return whether the executor of a job that has ended was lost, or its connection."""
    return future.cancelled() or isinstance(future.exception(), BrokenExecutor)


def add_jobs(
    connection: Connection,
    work: Iterable[tuple[ResultKey, str]],
    *,
    assignment: str,
    run: int,
    priority: int,
) -> int:
    """Queue work without a result, and return how much it is.

    A job with a fault of the grader is tried again.
    """
    new = {"state": QUEUED, "alone": False, "tries": 0, "lost": 0, "fault": "", **_UNLEASED}
    of_run = {"assignment": assignment, "run": run, "priority": priority}
    missing = without_result(connection, dict(work))
    for key, attempt in missing.items():
        values = {**asdict(key), **of_run, **new, "attempt": attempt}
        if not insert_once(connection, job, values, KEY):
            again = and_(is_key(job, key), job.c.state == FAULT)
            connection.execute(
                update(job).where(again).values(state=QUEUED, tries=0, lost=0, alone=True, run=run)
            )
    return len(missing)


def without_result(connection: Connection, work: Mapping[ResultKey, str]) -> dict[ResultKey, str]:
    """Return the part of `work` that has no result."""
    graded = keys_of(connection, grading)
    return {key: attempt for key, attempt in work.items() if key not in graded}


def lease(
    connection: Connection, queue: ColumnElement[bool], owner: str, *, is_idle: bool
) -> Leased | None:
    """Lease the next job, which may run alone if nothing else runs; None for none."""
    now = time.time()
    # A lease beyond the next two comes from a clock that was set back.
    is_expired = or_(job.c.until < now, job.c.until > now + 2 * LEASE)
    is_free = or_(job.c.state == QUEUED, and_(job.c.state == LEASED, is_expired))
    chosen = (
        select(job)
        .where(queue, is_free)
        .order_by(job.c.alone, job.c.priority, job.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(chosen).first()
    if row is None or (row.alone and not is_idle):
        return None
    lost = row.lost + (row.state == LEASED)
    values = {"state": LEASED, "owner": owner, "until": now + LEASE, "lost": lost}
    connection.execute(update(job).where(job.c.id == row.id).values(values))
    return Leased(row.id, from_row(ResultKey, row), row.attempt, row.alone, row.tries)


def extend(connection: Connection, jobs: Collection[int], owner: str) -> None:
    """Extend the leases of jobs that run."""
    _change(connection, job.c.id.in_(jobs), job.c.owner == owner, until=time.time() + LEASE)


def give_back(connection: Connection, jobs: Collection[int], owner: str) -> None:
    """Queue jobs again that were not graded, as after an interrupt."""
    mine = job.c.id.in_(jobs), job.c.owner == owner
    _change(connection, *mine, state=QUEUED, **_UNLEASED)


def repeat_alone(connection: Connection, leased: Leased) -> None:
    """Queue a job again, to run alone: its machine was busy, or its worker was lost."""
    _change(connection, job.c.id == leased.id, state=QUEUED, alone=True, **_UNLEASED)


def note_fault(connection: Connection, leased: Leased, fault: str) -> bool:
    """Note a fault of ours; return whether the job is given up as *not graded*."""
    tries = leased.tries + 1
    state = FAULT if tries >= TRIES else QUEUED
    values = {"state": state, "alone": True, "tries": tries, "fault": fault[:2000]}
    _change(connection, job.c.id == leased.id, **values, **_UNLEASED)
    return state == FAULT


def _change(connection: Connection, *where: ColumnElement[bool], **values: object) -> None:
    """Change jobs, as far as they are still leased."""
    connection.execute(update(job).where(*where, job.c.state == LEASED).values(**values))


def finish(connection: Connection, leased: Leased, result: StoredResult) -> None:
    """Write a result and end its job."""
    commit(connection, leased.key, result)
    done = update(job).where(job.c.id == leased.id).values(state=DONE, **_UNLEASED)
    connection.execute(done)


def reclaim(connection: Connection, queue: ColumnElement[bool]) -> int:
    """Queue again the jobs of coordinators on this machine whose process is gone; return how many.

    A job that was lost `MAX_LOST` times is given up: it may be what ends its coordinator.
    """
    columns = select(job.c.id, job.c.owner, job.c.lost)
    leased = connection.execute(columns.where(queue, job.c.state == LEASED))
    gone = [row for row in leased if _is_gone(row.owner)]
    for row in gone:
        lost = row.lost + 1
        fault = f"the grader ended {lost} times while it was graded" if lost >= MAX_LOST else ""
        state = FAULT if fault else QUEUED
        values = {"state": state, "lost": lost, "alone": lost > 1, "fault": fault}
        _change(connection, job.c.id == row.id, job.c.owner == row.owner, **values, **_UNLEASED)
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


def count_jobs(connection: Connection, queue: ColumnElement[bool]) -> dict[str, int]:
    """Return state -> number of jobs."""
    counted = select(job.c.state, func.count()).where(queue).group_by(job.c.state)
    return {row[0]: row[1] for row in connection.execute(counted)}
