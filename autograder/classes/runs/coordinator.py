"""Leases jobs from the store, lets an engine grade them, and commits each result once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TextIO

from sqlalchemy import Connection

from autograder.classes.runs import job_queue
from autograder.classes.runs.engine import LOST, Engine, Job, Outcome, WorkerLostError
from autograder.classes.runs.job_queue import LEASE, LEASED, QUEUED, Leased, Queue
from autograder.classes.runs.store import Store
from autograder.classes.runs.stored_runs import Result, commit

#: Seconds between two states on a terminal, and in a log.
ON_TERMINAL, IN_LOG = 0.5, 30.0


class Progress:
    """Counts what becomes of jobs, and shows it now and then.

    Args:
        total: number of jobs.
        stream: where it is shown; on a terminal, one line is written again and again.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        total: int,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total, self.done, self.not_graded = total, 0, 0
        self.repeated, self.faults, self.disagreements = 0, 0, 0
        self._stream, self._clock = stream or sys.stderr, clock
        self._started = self._shown = clock()

    def graded(self, *, is_repeated: bool) -> None:
        """Take note of a result."""
        self.done += 1
        self.repeated += is_repeated

    def failed(self, *, is_final: bool) -> None:
        """Take note of a fault of ours; a final one leaves the job not graded."""
        self.faults += 1
        self.not_graded += is_final

    def disagreed(self) -> None:
        """Take note of a second result that differs."""
        self.disagreements += 1

    @property
    def line(self) -> str:
        """The state in words."""
        seconds = self._clock() - self._started
        rate = self.done / seconds if seconds > 0 else 0.0
        parts = [f"graded {self.done:,} of {self.total:,}"]
        if rate:
            left = max(self.total - self.done - self.not_graded, 0) / rate
            parts += [f"{rate:.1f}/s", f"{_duration(left)} left"]
        counted = {
            "not graded": self.not_graded,
            "repeated alone": self.repeated,
            "disagreements": self.disagreements,
        }
        return " · ".join(
            [*parts, *(f"{count} {name}" for name, count in counted.items() if count)]
        )

    def show(self) -> None:
        """Show the current state, unless it was shown a moment ago."""
        is_terminal = self._stream.isatty()
        if self._clock() - self._shown < (ON_TERMINAL if is_terminal else IN_LOG):
            return
        self._shown = self._clock()
        self._stream.write(f"\r{self.line}\x1b[K" if is_terminal else f"{self.line}\n")
        self._stream.flush()

    def end(self) -> None:
        """Show the last state."""
        is_terminal = self._stream.isatty()
        self._stream.write(f"\r{self.line}\x1b[K\n" if is_terminal else f"{self.line}\n")
        self._stream.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


#: Seconds between looks at the clock, and at work of other coordinators.
_TICK = 1.0


class Watcher(Protocol):
    """Shows how far a run is."""

    def graded(self, *, is_repeated: bool) -> None:
        """Take note of a result."""

    def failed(self, *, is_final: bool) -> None:
        """Take note of a fault of ours; a final one leaves the job not graded."""

    def disagreed(self) -> None:
        """Take note of a second result that differs."""

    def show(self) -> None:
        """Show the current state."""


@dataclass(frozen=True)
class Setup:
    """What a coordinator works with.

    Attributes:
        folder_of: returns the folder with the files of an attempt.
    """

    store: Store
    engine: Engine
    queue: Queue
    folder_of: Callable[[str], Path]
    watcher: Watcher


class Coordinator:
    """Grades all jobs of a queue; another coordinator may do so at the same time."""

    def __init__(self, setup: Setup) -> None:
        self._setup, self._owner = setup, job_queue.owner_name()
        self._running: dict[Future[Outcome], Leased] = {}
        self._starting: Leased | None = None
        self._extended = time.monotonic()

    def run(self) -> None:
        """Grade until nothing is left; after an interrupt, leased jobs are queued again.

        Raises:
            StoreError: the store cannot be written; nothing that was committed is lost.
        """
        store, queue = self._setup.store, self._setup.queue
        store.transaction(lambda connection: job_queue.reclaim(connection, queue))
        try:
            while self._step():
                self._setup.watcher.show()
        except BaseException:
            self._give_back()
            raise

    def _step(self) -> bool:
        """Lease and settle what there is; return whether anything is left."""
        self._fill()
        if not self._running:
            return self._wait_for_others()
        done, _ = wait(self._running, timeout=_TICK, return_when=FIRST_COMPLETED)
        if any(map(_has_lost_all, done)):
            done, _ = wait(self._running)  # the others end soon, too
            self._setup.engine.restart()
        for future in done:
            self._settle(future, self._running[future])
            del self._running[future]  # not before: an interrupt gives back what is left
        self._extend()
        return True

    def _fill(self) -> None:
        """Start jobs while the engine has room; a job that runs alone has it for itself."""
        while len(self._running) < self._setup.engine.width:
            if any(leased.alone for leased in self._running.values()):
                return
            leased = self._lease()
            if leased is None:
                return
            self._starting = leased  # an interrupt before it runs gives it back, too
            place = str(self._setup.folder_of(leased.attempt))
            job = Job(place, leased.key.exercise, leased.key.submission, leased.alone)
            try:
                self._running[self._setup.engine.submit(job)] = leased
            except BrokenExecutor:  # lost between two jobs
                self._setup.engine.restart()
                self._repeat(leased)
            self._starting = None

    def _lease(self) -> Leased | None:
        setup, is_idle = self._setup, not self._running
        return setup.store.transaction(
            lambda connection: job_queue.lease(
                connection, setup.queue, self._owner, is_idle=is_idle
            )
        )

    def _wait_for_others(self) -> bool:
        """Return whether jobs are left, after a pause for those that other coordinators lease."""
        store, queue = self._setup.store, self._setup.queue
        counts = store.transaction(lambda connection: job_queue.count_jobs(connection, queue))
        if counts.get(QUEUED, 0):
            return True
        if not counts.get(LEASED, 0):
            return False
        time.sleep(_TICK)
        store.transaction(lambda connection: job_queue.reclaim(connection, queue))
        return True

    def _settle(self, future: Future[Outcome], leased: Leased) -> None:
        """Commit what became of a job."""
        try:
            outcome = future.result()
        except BrokenExecutor:
            self._lost(leased)
            return
        except Exception as error:  # an engine's own fault
            outcome = Outcome(fault=f"{type(error).__name__}: {error}")
        if outcome.result is not None:
            self._commit(leased, outcome.result)
        elif outcome.is_open:
            self._repeat(leased)
        else:
            self._fail(leased, outcome.fault)

    def _lost(self, leased: Leased) -> None:
        """Repeat a job whose worker was lost alone; one that was alone has lost it itself."""
        if leased.alone:
            self._fail(leased, LOST)
        else:
            self._repeat(leased)

    def _repeat(self, leased: Leased) -> None:
        self._store(lambda connection: job_queue.repeat_alone(connection, leased))

    def _fail(self, leased: Leased, fault: str) -> None:
        is_final = self._setup.store.transaction(
            lambda connection: job_queue.note_fault(connection, leased, fault)
        )
        self._setup.watcher.failed(is_final=is_final)

    def _commit(self, leased: Leased, result: Result) -> None:
        """Write a result and end its job, in one transaction."""
        if not self._setup.store.transaction(partial(_committed, leased=leased, result=result)):
            self._setup.watcher.disagreed()
        self._setup.watcher.graded(is_repeated=result.repeated)

    def _store(self, work: Callable[[Connection], None]) -> None:
        self._setup.store.transaction(work)

    def _extend(self) -> None:
        """Extend the leases of running jobs, long before they end."""
        if time.monotonic() - self._extended > LEASE / 4:
            self._extended = time.monotonic()
            running = [leased.id for leased in self._running.values()]
            self._store(lambda connection: job_queue.extend(connection, running, self._owner))

    def _give_back(self) -> None:
        """Queue the jobs again that are not graded, after an interrupt or an error."""
        held = [*self._running.values(), *([self._starting] if self._starting else [])]
        running = [leased.id for leased in held]
        self._setup.engine.close()
        self._store(lambda connection: job_queue.give_back(connection, running, self._owner))


def _has_lost_all(future: Future[Outcome]) -> bool:
    """Return whether the executor was lost, and not the worker of one job alone."""
    error = future.exception()
    return isinstance(error, BrokenExecutor) and not isinstance(error, WorkerLostError)


def _committed(connection: Connection, leased: Leased, result: Result) -> bool:
    is_agreed = commit(connection, leased.key, result)
    job_queue.finish(connection, leased)
    return is_agreed
