"""A limit on the computing that an explanation may take: nobody waits long for a guess."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: After the limit it is said again and again, as whoever computes may catch everything.
REPEAT = 0.02


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
    before = signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, REPEAT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _ring(number: int, frame: FrameType | None) -> None:
    raise OutOfTime
