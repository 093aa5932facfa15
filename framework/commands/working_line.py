"""A line on the terminal while a command prints nothing: what works, and for how long.

`gradus` shows it for every command, those of plugins included. It stands where the next output
begins and goes before it. A pipe never has it.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

#: Seconds without output after which the line appears, and between two states of it.
QUIET, EVERY = 1.0, 0.5


class WorkingLine:
    """The line.

    Args:
        command: what works.
        write: writes to the terminal, and waits for nothing else.
    """

    def __init__(self, command: str, write: Callable[[str], object]) -> None:
        self._command, self._show = command, write
        self._lock = threading.RLock()  # a signal handler may print within `printed`
        self._ended = threading.Event()
        self._started = self._printed = time.monotonic()
        self._is_at_start = True
        self._shown = 0

    def run(self) -> None:
        """Show the line whenever nothing is printed, until the end."""
        while not self._ended.wait(EVERY):
            with self._lock:
                if self._is_quiet() and not self._ended.is_set():
                    self._draw()

    def _is_quiet(self) -> bool:
        """Return whether the line has a place: nothing is printed, and no line is unfinished."""
        return self._is_at_start and time.monotonic() - self._printed >= QUIET

    def _draw(self) -> None:
        width = shutil.get_terminal_size().columns - 1
        seconds = time.monotonic() - self._started
        text = f"working, {seconds:.0f} s: {self._command}"[:width]
        self._show(f"\r{text.ljust(min(self._shown, width))}")
        self._shown = len(text)

    @contextmanager
    def printing(self, text: Any) -> Iterator[None]:
        """Take the line away for the block, which prints `text`."""
        with self._lock:
            self._erase()
            yield
            self._printed = time.monotonic()
            if isinstance(text, str) and text:
                self._is_at_start = text.endswith("\n")

    def _erase(self) -> None:
        if self._shown:
            self._show(f"\r{' ' * self._shown}\r")
            self._shown = 0

    def end(self) -> None:
        """Take the line away for good."""
        self._ended.set()
        with self._lock:
            self._erase()

    def forget(self) -> None:
        """Show nothing from now on, in a process that was forked."""
        self._lock = threading.RLock()  # another thread may have held it
        self._ended.set()
        self._shown = 0


_active: list[WorkingLine] = []


def end_working_line() -> None:
    """Show no line from now on: the command waits for a person, or has a screen of its own."""
    while _active:
        _active.pop().end()


@contextmanager
def working_line(arguments: Sequence[str]) -> Iterator[None]:
    """Show the line during the block, if both outputs are those of a person.

    Args:
        arguments: the command line after `gradus`.
    """
    if not _is_for_person(sys.stdout, sys.stderr):
        yield
        return
    errors = sys.stderr.fileno()
    command = " ".join(["gradus", *(word for word in arguments if word.isprintable())])
    line = WorkingLine(command, lambda text: os.write(errors, text.encode("ascii", "replace")))
    _active.append(line)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=line.forget)
    streams = sys.stdout, sys.stderr
    for stream in streams:
        _follow(stream, line)
    threading.Thread(target=line.run, name="working line", daemon=True).start()
    try:
        yield
    finally:
        end_working_line()
        for stream in streams:
            del stream.write  # the method of the class is back


def _follow(stream: TextIO, line: WorkingLine) -> None:
    """Let `line` know what is written to `stream`."""
    write = stream.write

    def following(text: str) -> int:
        with line.printing(text):
            return write(text)

    stream.write = following  # type: ignore[method-assign]


def _is_for_person(output: TextIO | None, errors: TextIO | None) -> bool:
    """Return whether `errors` is a terminal, and `output` no program that has it, as a pager."""
    try:
        if output is None or errors is None or not errors.isatty():
            return False
        return not stat.S_ISFIFO(os.fstat(output.fileno()).st_mode)
    except (OSError, ValueError):  # a stream is closed, or has no file
        return False
