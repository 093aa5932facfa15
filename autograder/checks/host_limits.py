"""Limits on what one check may take of the grader's own process: memory and processor time.

A check compares and computes with what a submission returned. Shapes are compared first, but no
check can foresee every value: an array of a few megabytes broadcasts to gigabytes.
"""

from __future__ import annotations

import math
import signal
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from types import FrameType

import numpy as np

if sys.platform != "win32":
    import resource

#: Seconds between signals after the limit: the running code may catch the first exceptions.
REPEAT = 0.02
#: Folders of library code, which is not interrupted. NumPy is: it takes most of the time.
LIBRARIES = (*itemgetter("stdlib", "purelib", "platlib")(sysconfig.get_paths()), "<frozen ")
NUMPY = str(Path(np.__file__).parent)

#: The CPU time of this process at which the innermost limit is reached, in seconds.
_end = math.inf


@dataclass(frozen=True)
class HostLimits:
    """What one check may take of the grader's process.

    Attributes:
        memory: bytes of private memory beyond what the process has before; 0 for no limit.
        seconds: processor time.
    """

    memory: int = 1 << 30
    seconds: float = 120.0


LIMITED = HostLimits()
UNLIMITED = HostLimits(memory=0, seconds=math.inf)


class BudgetExceeded(BaseException):
    """The limit is reached. It is no `Exception`, so that ``except Exception`` lets it pass."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `BudgetExceeded` in the block after `seconds` of this process's CPU time.

    CPU time, not elapsed time, is counted: the load of the machine changes no result. An inner
    limit ends no later than the outer one. Windows and other threads have no such clock, and
    therefore no limit.
    """
    is_first = threading.current_thread() is threading.main_thread()
    if not hasattr(signal, "setitimer") or not is_first:
        yield
        return
    global _end  # noqa: PLW0603 - a process has only one such clock
    outer, _end = _end, min(_end, time.process_time() + seconds)
    before = signal.signal(signal.SIGPROF, _on_signal)
    _set(_end)
    try:
        yield
    finally:
        _end = outer
        _set(outer)
        signal.signal(signal.SIGPROF, before)


def _set(end: float) -> None:
    seconds = max(end - time.process_time(), 1e-6) if end < math.inf else 0.0
    signal.setitimer(signal.ITIMER_PROF, seconds, REPEAT)


def check() -> None:
    """Raise `BudgetExceeded` if the limit was reached and its exception was caught."""
    if time.process_time() >= _end:
        raise BudgetExceeded


def _on_signal(number: int, frame: FrameType | None) -> None:
    """Raise `BudgetExceeded`, unless library code runs; then the next signal does it.

    Python calls some library code itself, for example during garbage collection, and ignores
    exceptions there. Other library code must not be interrupted halfway.
    """
    file = frame.f_code.co_filename if frame is not None else ""
    if file.startswith(NUMPY) or not file.startswith(LIBRARIES):
        check()


@contextmanager
def memory_limited(allowed: int) -> Iterator[None]:
    """Lower the soft limit of this process's private memory; no limit where that is unknown.

    More than `allowed` bytes beyond what it has before raise a `MemoryError` in the block.
    """
    used = _private_memory() if allowed and sys.platform == "linux" else None
    if sys.platform == "win32" or used is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == resource.RLIM_INFINITY or soft > used + allowed:
        resource.setrlimit(resource.RLIMIT_DATA, (used + allowed, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _private_memory() -> int | None:
    """Return the bytes of data and stack; None where the system does not tell.

    RLIMIT_DATA limits the data. ``/proc/self/status`` has it alone, and takes longer to read.
    """
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - faster
            return int(file.read().split()[5]) * resource.getpagesize() or None
    except OSError:
        return None
