"""Counted trials of candidates, in a process of its own.

A budget is a count, so that reports agree across machines; limits of time only guard against
endless loops. A candidate that cannot be interrupted ends the process: nothing is found then.
"""

from __future__ import annotations

import gc
import logging
import os
import pickle
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from autograder.checks.host_limits import BudgetExceeded, limited, memory_limited
from framework.processes.forking import may_fork

if sys.platform != "win32":
    import resource

#: Maximum number of trials for one exercise.
MAX_TRIALS = 2000
#: CPU time and elapsed time of all trials of one search, in seconds.
CPU_SECONDS, ELAPSED_SECONDS = 20.0, 120.0
#: CPU time and elapsed time at which the process of a search is ended, in whole seconds.
MAX_CPU_SECONDS, MAX_ELAPSED_SECONDS = 40, 240
#: Bytes of memory that a search may use beyond what its process has.
MEMORY = 1 << 30

R = TypeVar("R")


class OutOfTrials(Exception):
    """The budget of trials is used up; what was found so far is valid."""


class Trials:
    """Makes at most `count` trials."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._ends = time.process_time() + CPU_SECONDS, time.monotonic() + ELAPSED_SECONDS

    def succeeds(self, trial: Callable[[], bool], seconds: float) -> bool:
        """Return the outcome of the next trial, which fails after `seconds` of CPU time."""
        if self._left <= 0:
            raise OutOfTrials
        self._left -= 1
        is_success, (cpu, elapsed) = False, self._ends
        if time.process_time() > cpu or time.monotonic() > elapsed:
            return False
        with suppress(BudgetExceeded), limited(seconds):
            is_success = trial()
        return is_success

    @contextmanager
    def at_most(self, count: int) -> Iterator[None]:
        """Limit the block to `count` trials; the block ends early without an error."""
        kept = max(self._left - count, 0)
        self._left -= kept
        try:
            yield
        except OutOfTrials:
            if not kept:
                raise
        finally:
            self._left += kept


def search_apart(search: Callable[[Trials], R]) -> R | None:
    """Return the result of `search`, made in a forked process where one can be forked.

    Elsewhere it is made in this process, with the same trials. None if it does not end.
    """
    error, result = _in_a_process(search) if may_fork() else _outcome_of(search)
    if error:
        logging.getLogger(__name__).debug("no diagnosis: %s", error)
    return result


def _in_a_process(search: Callable[[Trials], R]) -> tuple[str, R | None]:
    """Return what `_outcome_of` returns in a forked process."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Newer versions of Python warn of threads. The child uses none of their locks.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if not process:
        os.close(reading)
        _search_and_exit(search, writing)
    os.close(writing)
    outcome: tuple[str, Any] = "the search did not end", None
    try:
        with os.fdopen(reading, "rb") as pipe, suppress(EOFError, pickle.UnpicklingError):
            outcome = pickle.loads(pipe.read())
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    return outcome


def _search_and_exit(search: Callable[[Trials], R], writing: int) -> None:
    """Make the search in this forked process, write what it found, and end the process."""
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(MAX_ELAPSED_SECONDS)
        gc.freeze()
        with memory_limited(MEMORY), os.fdopen(writing, "wb") as pipe:
            pipe.write(pickle.dumps(_outcome_of(search)))
    finally:
        os._exit(0)


def _outcome_of(search: Callable[[Trials], R]) -> tuple[str, R | None]:
    """Return the error that ends a search, or an empty text, and what it finds."""
    try:
        return "", search(Trials(MAX_TRIALS))
    except Exception as error:  # a report must not depend on the diagnosis
        return f"{type(error).__name__}: {error}", None
