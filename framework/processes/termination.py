"""The end of a command: SIGTERM acts as Ctrl-C, and objects are not freed."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

#: The exit code of a process that SIGTERM ended, as shells tell it.
TERMINATED = 128 + signal.SIGTERM
#: The signals by which a person, or another program, ends a command.
INTERRUPTS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def cleaning_up() -> Iterator[None]:
    """Let SIGTERM raise KeyboardInterrupt in the block, after which the process ends.

    Nothing changes outside of the main thread, and where the signal is handled or ignored already.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    came = False

    def on_signal(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, on_signal)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if came:
            sys.exit(TERMINATED)


@contextmanager
def held_back() -> Iterator[None]:
    """Hold SIGINT and SIGTERM back in the block; in a process forked there, until `end_at_once`."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_at_once() -> None:
    """Let SIGTERM end this process, which was forked and has nothing to remove.

    A terminal's SIGINT is ignored: it goes to the first process too, which ends all.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)


def end_process(code: int) -> NoReturn:
    """End this process as `sys.exit` does, but free no objects: that takes a tenth of a first run.

    Where a thread still runs or an output cannot be written, Python ends as usual.
    """
    if threading.active_count() == 1:
        atexit._run_exitfuncs()
        if _flushed():
            os._exit(code)
    sys.exit(code)


def _flushed() -> bool:
    """Flush the output buffers; return whether everything was written."""
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # a closed one is None
                stream.flush()
    except (OSError, ValueError):
        return False
    return True
