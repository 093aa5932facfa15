"""A limit on the computing that an explanation may take: nobody waits long for a guess."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: After the limit it is said again and again, as whoever computes may catch everything.
REPEAT = 0.02

_is_over = False


class OutOfTime(BaseException):
    """The limit is reached; no `Exception`, so that nobody takes it for one of his own."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` in the block after `seconds` of this process's computing.

    Computing, not waiting, is counted: another program on a busy machine changes no result.
    Where there is no such clock (Windows, other threads), there is no limit.
    """
    is_first = threading.current_thread() is threading.main_thread()
    if not hasattr(signal, "setitimer") or not is_first:
        yield
        return
    global _is_over  # noqa: PLW0603 - there is one such clock in a process
    _is_over = False
    before = signal.signal(signal.SIGPROF, _ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, REPEAT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        _is_over = False
        signal.signal(signal.SIGPROF, before)


def check() -> None:
    """Raise `OutOfTime` where the limit was reached and somebody has caught what said so."""
    if _is_over:
        raise OutOfTime


def _ring(number: int, frame: FrameType | None) -> None:
    global _is_over  # noqa: PLW0603 - see `limited`
    _is_over = True
    raise OutOfTime
