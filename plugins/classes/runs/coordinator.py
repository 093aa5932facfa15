"""Leases jobs from the store, lets an engine grade them, and commits each result once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection

from plugins.classes.runs import job_queue
from plugins.classes.runs.engine import LOST, Engine, Job, JobOutcome, WorkerLostError
from plugins.classes.runs.job_queue import LEASE, LEASED, QUEUED, Leased, Queue
from plugins.classes.runs.store import Store
from plugins.classes.runs.stored_runs import StoredResult, commit

#: Seconds between two states on a terminal, and in a log.
ON_TERMINAL, IN_LOG = 0.5, 30.0


class RunProgress:
    """Counts finished jobs, and shows the state at intervals.

    Args:
        total: number of jobs.
        stream: for output; on a terminal, the same line is replaced.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self,
        total: int = 0,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total, self.done, self.not_graded = total, 0, 0
        self.repeated, self.faults, self.disagreements = 0, 0, 0
        self._stream, self._clock = stream or sys.stderr, clock
        self._started = self._shown = clock()
        self.is_begun = False

    def begin(self, total: int) -> None:
        """Start counting, and start the clock."""
        self.total, self.is_begun = total, True
        self._started = self._shown = self._clock()

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


class Coordinator:
    """Grades all jobs of a queue; another coordinator may do so at the same time.

    Args:
        folder_of: returns the folder with the files of an attempt.
        progress: shows the state of the run.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        queue: Queue,
        folder_of: Callable[[str], Path],
        progress: RunProgress,
    ) -> None:
        self._store, self._engine, self._queue = store, engine, queue
        self._folder_of, self._progress = folder_of, progress
        self._owner = job_queue.owner_name()
        self._running: dict[Future[JobOutcome], Leased] = {}
        self._starting: Leased | None = None
        self._extended = time.monotonic()

    def run(self) -> None:
        """Grade until no job is left; after an interrupt, leased jobs are queued again.

        Raises:
            StoreError: the store cannot be written; nothing that was committed is lost.
        """
        self._store.transaction(job_queue.reclaim, self._queue)
        try:
            while self._step():
                self._progress.show()
        except BaseException:
            self._give_back()
            raise

    def _step(self) -> bool:
        """Lease jobs, and settle those that have ended; return whether any are left."""
        self._fill()
        if not self._running:
            return self._wait_for_others()
        done, _ = wait(self._running, timeout=_TICK, return_when=FIRST_COMPLETED)
        if any(map(_has_lost_all, done)):
            done, _ = wait(self._running)  # the others end soon, too
            self._engine.restart()
        for future in done:
            self._settle(future, self._running[future])
            del self._running[future]  # last: an interrupt before gives the job back
        self._extend()
        return True

    def _fill(self) -> None:
        """Start jobs while the engine has room; a job that runs alone has it for itself."""
        while len(self._running) < self._engine.width:
            if any(leased.alone for leased in self._running.values()):
                return
            leased = self._store.transaction(
                job_queue.lease, self._queue, self._owner, is_idle=not self._running
            )
            if leased is None:
                return
            self._starting = leased  # an interrupt before it runs gives it back, too
            folder = str(self._folder_of(leased.attempt))
            job = Job(folder, leased.key.exercise, leased.key.submission, leased.alone)
            try:
                self._running[self._engine.submit(job)] = leased
            except BrokenExecutor:  # lost between two jobs
                self._engine.restart()
                self._repeat(leased)
            self._starting = None

    def _wait_for_others(self) -> bool:
        """Return whether jobs are left, after a pause for those that other coordinators lease."""
        counts = self._store.transaction(job_queue.count_jobs, self._queue)
        if counts.get(QUEUED, 0):
            return True
        if not counts.get(LEASED, 0):
            return False
        time.sleep(_TICK)
        self._store.transaction(job_queue.reclaim, self._queue)
        return True

    def _settle(self, future: Future[JobOutcome], leased: Leased) -> None:
        """Commit the result of a job, note its fault, or queue it again.

        Where a worker is lost while other jobs run, its job is repeated alone. A job that was alone
        is the cause, so that the loss is a fault.
        """
        try:
            outcome = future.result()
        except BrokenExecutor:
            outcome = JobOutcome(fault=LOST, is_open=not leased.alone)
        except Exception as error:  # an engine's own fault
            outcome = JobOutcome(fault=f"{type(error).__name__}: {error}")
        if outcome.result is not None:
            self._commit(leased, outcome.result)
        elif outcome.is_open:
            self._repeat(leased)
        else:
            is_final = self._store.transaction(job_queue.note_fault, leased, outcome.fault)
            self._progress.failed(is_final=is_final)

    def _repeat(self, leased: Leased) -> None:
        self._store.transaction(job_queue.repeat_alone, leased)

    def _commit(self, leased: Leased, result: StoredResult) -> None:
        """Write a result and end its job, in one transaction."""
        if not self._store.transaction(_committed, leased, result):
            self._progress.disagreed()
        self._progress.graded(is_repeated=result.repeated)

    def _extend(self) -> None:
        """Extend the leases of running jobs, long before they end."""
        if time.monotonic() - self._extended > LEASE / 4:
            self._extended = time.monotonic()
            running = [leased.id for leased in self._running.values()]
            self._store.transaction(job_queue.extend, running, self._owner)

    def _give_back(self) -> None:
        """Queue the jobs again that are not graded, after an interrupt or an error."""
        held = [*self._running.values(), *([self._starting] if self._starting else [])]
        self._engine.close()
        self._store.transaction(job_queue.give_back, [leased.id for leased in held], self._owner)


def _has_lost_all(future: Future[JobOutcome]) -> bool:
    """Return whether the executor was lost, and not the worker of a single job."""
    error = future.exception()
    return isinstance(error, BrokenExecutor) and not isinstance(error, WorkerLostError)


def _committed(connection: Connection, leased: Leased, result: StoredResult) -> bool:
    is_agreed = commit(connection, leased.key, result)
    job_queue.finish(connection, leased)
    return is_agreed
