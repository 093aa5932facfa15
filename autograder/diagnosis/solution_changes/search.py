"""Counted trials of candidates, in a process of its own, which ends where a trial overruns.

A budget is a count, not a time, so that reports agree across machines. A trial asks whether one
candidate explains one check. The order of trials depends on the submission alone.

The forked process inherits what the search needs, and writes the outcome of each trial into
memory that both processes share. A trial that uses too much CPU time ends the process. A new
process repeats the known outcomes and goes on after that trial. The limits of time are guards
against endless loops: they do not decide what a search finds.

Where no process can be forked, `host_limits` ends a trial that overruns: a solution catches no
`BaseException`.
"""

from __future__ import annotations

import gc
import logging
import math
import mmap
import os
import pickle
import select
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, TypeVar

from autograder.checks.host_limits import BudgetExceeded, limited, memory_limited
from framework.processes.forking import may_fork

#: The outcomes of a trial; 0 stands for a trial that was not made.
UNKNOWN, NO, YES = range(3)
#: Maximum number of trials for one exercise.
MAX_TRIALS = 2000

#: A byte for each trial, in memory that two processes may share.
Outcomes = bytearray | mmap.mmap
#: Limits the CPU time of a block, in seconds.
Guard = Callable[[float], AbstractContextManager[None]]


class OutOfTrials(Exception):
    """The budget of trials is used up; what was found so far is valid."""


class Trials:
    """Makes trials, or repeats the outcomes of those that an earlier process has made.

    Args:
        outcomes: of earlier trials; new outcomes are written behind them.
        guard: limits the CPU time of one trial.
    """

    def __init__(self, outcomes: Outcomes, guard: Guard) -> None:
        self._outcomes, self._guard = outcomes, guard
        self._made = 0
        self._end = len(outcomes)

    def succeeds(self, trial: Callable[[], bool], seconds: float) -> bool:
        """Return the outcome of the next trial.

        Args:
            seconds: the CPU time after which the trial has failed.

        Raises:
            OutOfTrials: the budget is used up.
        """
        if self._made >= self._end:
            raise OutOfTrials
        number, self._made = self._made, self._made + 1
        if self._outcomes[number] == UNKNOWN:
            is_success = False
            with self._guard(seconds):
                is_success = trial()
            self._outcomes[number] = YES if is_success else NO
        return self._outcomes[number] == YES

    @contextmanager
    def at_most(self, count: int) -> Iterator[None]:
        """Limit the block to `count` trials; the block ends early without an error."""
        outer, self._end = self._end, min(self._end, self._made + count)
        limit = self._end
        try:
            yield
        except OutOfTrials:
            if limit == outer:
                raise
        finally:
            self._end = outer


if sys.platform != "win32":
    import resource

R = TypeVar("R")
Search = Callable[[Trials], R]
#: The error that ended a search, or an empty text, and its result.
Found = tuple[str, R | None]

#: Maximum number of processes for one search: each but the last one ended at an overrun.
MAX_PROCESSES = 12
#: CPU time and elapsed time of all processes of one search, in seconds.
CPU_SECONDS, ELAPSED_SECONDS = 20.0, 120.0
#: CPU time of a last process, which makes no new trials, in seconds.
SHORT = 10.0
#: Bytes of memory that a search may use beyond what its process has.
MEMORY = 1 << 30


def search_apart(search: Search[R]) -> R | None:
    """Return the result of `search`, made in a forked process where one can be forked.

    Elsewhere it is made in this process, with the same trials. None if it does not end.
    """
    if may_fork():
        with mmap.mmap(-1, MAX_TRIALS) as outcomes:
            error, result = _after_overruns(search, outcomes)
    else:
        error, result = _outcome_of(search, Trials(bytearray(MAX_TRIALS), ending_here))
    if error:
        logging.getLogger(__name__).debug("no diagnosis: %s", error)
    return result


def _after_overruns(search: Search[R], outcomes: mmap.mmap) -> Found[R]:
    """Return what the first process finds that ends by itself."""
    cpu, end = CPU_SECONDS, time.monotonic() + ELAPSED_SECONDS
    for number in range(MAX_PROCESSES):
        is_last = number == MAX_PROCESSES - 1 or cpu <= 0 or time.monotonic() > end
        if is_last:
            _refuse(outcomes, MAX_TRIALS)
        seconds = ELAPSED_SECONDS if is_last else end - time.monotonic()
        outcome, used = _in_a_process(search, outcomes, max(cpu, SHORT), seconds)
        if outcome is not None:
            return outcome
        if is_last:
            break
        cpu -= used
        _refuse(outcomes, 1)  # the trial that was under way
    return "", None


def _refuse(outcomes: mmap.mmap, count: int) -> None:
    """Let the next `count` trials fail, of those that were not made."""
    first = outcomes.find(bytes([UNKNOWN]))
    if first >= 0:
        end = min(first + count, len(outcomes))
        outcomes[first:end] = bytes([NO]) * (end - first)


def _in_a_process(
    search: Search[R], outcomes: mmap.mmap, cpu_seconds: float, seconds: float
) -> tuple[Found[R] | None, float]:
    """Return what a forked process finds, and its CPU time; None if it did not end by itself."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Newer versions of Python warn of threads. The child uses none of their locks.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if not process:
        os.close(reading)
        _search_and_exit(search, outcomes, writing, cpu_seconds)
    os.close(writing)
    try:
        outcome: Found[R] | None = _received(reading, seconds)
    finally:
        os.close(reading)
        os.kill(process, signal.SIGKILL)
        _, _, usage = os.wait4(process, 0)
    return outcome, usage.ru_utime + usage.ru_stime


def _received(reading: int, seconds: float) -> Any:
    """Return what a process found; None if it takes too long, or ends before it is done."""
    end, received = time.monotonic() + seconds, b""
    while select.select([reading], [], [], max(end - time.monotonic(), 0))[0]:
        piece = os.read(reading, 1 << 16)
        received += piece
        if not piece:
            with suppress(EOFError, pickle.UnpicklingError):
                return pickle.loads(received)
            break
    return None


def _search_and_exit(
    search: Search[R], outcomes: mmap.mmap, writing: int, cpu_seconds: float
) -> None:
    """Make the search in this forked process, write what it found, and end the process."""
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(cpu_seconds), math.ceil(cpu_seconds)))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        gc.freeze()
        with memory_limited(MEMORY), os.fdopen(writing, "wb") as pipe:
            pipe.write(pickle.dumps(_outcome_of(search, Trials(outcomes, _ending_this_process))))
    finally:
        os._exit(0)


def _outcome_of(search: Search[R], trials: Trials) -> Found[R]:
    """Return what a search finds, or the error that ends it."""
    try:
        return "", search(trials)
    except Exception as error:  # a report must not depend on the diagnosis
        return f"{type(error).__name__}: {error}", None


@contextmanager
def _ending_this_process(seconds: float) -> Iterator[None]:
    """End this process if the block uses more CPU time; no code in the block can prevent it."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@contextmanager
def ending_here(seconds: float) -> Iterator[None]:
    """End the block, whose trial has failed then, if it uses more CPU time."""
    with suppress(BudgetExceeded), limited(seconds):
        yield
