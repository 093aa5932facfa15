"""Engines: a job goes in, an outcome comes out; by default from the processes of this machine.

Jobs and outcomes are plain data that crosses processes and machines."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from autograder.public.grading import begin, libc, work
from plugins.classes.runs.stored_runs import StoredResult


@dataclass(frozen=True)
class Job:
    """One exercise of one submission.

    Attributes:
        place: the folder with the files.
        digest: of the code that the result depends on; empty to skip the comparison.
        alone: whether nothing else runs, so that checks that a busy machine disturbed are
            repeated.
        afresh: whether remembered answers of other submissions are ignored.
    """

    place: str
    exercise: str
    digest: str = ""
    alone: bool = False
    afresh: bool = False


@dataclass(frozen=True)
class JobOutcome:
    """The end of a job: a result, a fault of the grader, or a request to repeat.

    Attributes:
        result: None after a fault of ours.
        fault: the reason why there is no result; may be empty.
        is_open: whether the machine was too busy, so that the job is to be repeated alone.
    """

    result: StoredResult | None = None
    fault: str = ""
    is_open: bool = False


#: Grades a job; it returns faults and raises nothing.
Grade = Callable[[Job], JobOutcome]


#: The fault of a job whose process was lost.
LOST = "the process that graded it was lost"


class WorkerLostError(BrokenExecutor):
    """The worker of a single job was lost; the executor itself goes on."""


class Engine:
    """Grades `width` jobs side by side by an executor, which is started again when it is lost."""

    def __init__(self, start: Callable[[], Executor], grade: Grade, width: int) -> None:
        self._start, self._grade, self._width = start, grade, width
        self._executor: Executor | None = None

    @property
    def width(self) -> int:
        """How many jobs it grades at the same time."""
        return self._width

    def submit(self, job: Job) -> Future[JobOutcome]:
        """Grade `job`; the future raises `BrokenExecutor` if its worker is lost."""
        if self._executor is None:
            self._executor = self._start()
        return self._executor.submit(self._grade, job)

    def restart(self) -> None:
        """Leave the executor that was lost; the next job starts another."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def close(self) -> None:
        """End the executor, and the processes that still grade."""
        for child in multiprocessing.active_children():
            child.terminate()
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


def settled(future: Future[JobOutcome], *, alone: bool = True) -> JobOutcome:
    """Return the outcome of a job; what ends its worker, or its engine, is a fault of ours.

    Where a worker is lost while other jobs run, its job is repeated alone. A job that was alone is
    the cause, so that the loss is a fault.
    """
    try:
        return future.result()
    except BrokenExecutor:
        return JobOutcome(fault=LOST, is_open=not alone)
    except Exception as error:  # an engine's own fault
        return JobOutcome(fault=f"{type(error).__name__}: {error}")


def local_engine(grade: Grade, jobs: int) -> Engine:
    """Return an engine of `jobs` processes of this machine."""
    if sys.platform != "linux":  # forking is unsafe with macOS's libraries
        return Engine(partial(ProcessPoolExecutor, jobs), grade, jobs)
    context = multiprocessing.get_context("fork")
    own = {"initializer": _begin, "initargs": (grade, os.getpid())}
    return Engine(partial(ProcessPoolExecutor, jobs, context, **own), work, jobs)


def _begin(grade: Grade, coordinator: int) -> None:
    """Prepare a process: it ends with the coordinator, and with it the sandboxes."""
    begin(grade)
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != coordinator:  # it has ended before
        os._exit(1)
