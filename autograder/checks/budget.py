"""A limit on the computing time of a check in the grader's process."""

from __future__ import annotations

import math
import signal
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from types import FrameType

import numpy as np

#: Seconds between signals after the limit: the running code may catch the first exceptions.
REPEAT = 0.02

#: Folders of library code, which is not interrupted. NumPy is: it takes most of the time.
LIBRARIES = (*itemgetter("stdlib", "purelib", "platlib")(sysconfig.get_paths()), "<frozen ")
NUMPY = str(Path(np.__file__).parent)

#: The CPU time of this process at which the innermost limit is reached, in seconds.
_end = math.inf


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


def check() -> None:
    """Raise `BudgetExceeded` if the limit was reached and its exception was caught."""
    if time.process_time() >= _end:
        raise BudgetExceeded


def _set(end: float) -> None:
    seconds = max(end - time.process_time(), 1e-6) if end < math.inf else 0.0
    signal.setitimer(signal.ITIMER_PROF, seconds, REPEAT)


def _on_signal(number: int, frame: FrameType | None) -> None:
    """Raise `BudgetExceeded`, unless library code runs; then the next signal does it.

    Python calls some library code itself, for example during garbage collection, and ignores
    exceptions there. Other library code must not be interrupted halfway.
    """
    if frame is None or _may_be_interrupted(frame.f_code.co_filename):
        check()


def _may_be_interrupted(file: str) -> bool:
    return file.startswith(NUMPY) or not file.startswith(LIBRARIES)
