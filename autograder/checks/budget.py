"""A limit on the computing that an explanation may take: nobody waits long for a guess."""

from __future__ import annotations

import math
import signal
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np

#: After the limit it is said again and again, as whoever computes may catch everything.
REPEAT = 0.02

#: Where the code of others lies. NumPy's may be left anywhere, as it is where the time goes.
LIBRARIES = (*(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")), "<frozen ")
NUMPY = str(Path(np.__file__).parent)

#: When the innermost limit is reached, in seconds of this process's computing.
_end = math.inf


class BudgetExceeded(BaseException):
    """The limit is reached; no `Exception`, so that nobody takes it for one of his own."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `BudgetExceeded` in the block after `seconds` of this process's computing.

    Computing, not waiting, is counted: another program on a busy machine changes no result.
    A limit within a limit ends no later than that. Where there is no such clock (Windows, other
    threads), there is no limit.
    """
    is_first = threading.current_thread() is threading.main_thread()
    if not hasattr(signal, "setitimer") or not is_first:
        yield
        return
    global _end  # noqa: PLW0603 - there is one such clock in a process
    outer, _end = _end, min(_end, time.process_time() + seconds)
    before = signal.signal(signal.SIGPROF, _ring)
    _set(_end)
    try:
        yield
    finally:
        _end = outer
        _set(outer)
        signal.signal(signal.SIGPROF, before)


def check() -> None:
    """Raise `BudgetExceeded` where the limit was reached and somebody has caught what said so."""
    if time.process_time() >= _end:
        raise BudgetExceeded


def _set(end: float) -> None:
    seconds = max(end - time.process_time(), 1e-6) if end < math.inf else 0.0
    signal.setitimer(signal.ITIMER_PROF, seconds, REPEAT)


def _ring(number: int, frame: FrameType | None) -> None:
    """Say it, or wait for the next time where the code of others is at work.

    Python calls some of that of its own accord (when it collects garbage, say) and swallows what
    is raised there; other code of theirs does not expect to be left halfway.
    """
    if frame is None or _may_be_left(frame.f_code.co_filename):
        check()


def _may_be_left(file: str) -> bool:
    return file.startswith(NUMPY) or not file.startswith(LIBRARIES)
