"""Trees of processes where there is no /proc: psutil lists them.

A system with /proc does not import psutil.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress

import psutil

from autograder.sandbox.runners.processes import ProcessHandle, ProcessTree, Usage

#: Seconds between two looks at a process that is ending.
_PAUSE = 0.01

#: What psutil raises for a process that is gone or another user's, and where it can list none
#: (an IndexError where it counts on at least one).
_HIDDEN = (psutil.Error, OSError, IndexError)


class ListedTree(ProcessTree):
    """A tree of processes that the system lists."""

    def _listed(self) -> list[int]:
        with suppress(*_HIDDEN):
            return psutil.pids()
        return []

    def _descendants(self, pid: int) -> list[int]:
        with suppress(*_HIDDEN):
            return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
        return []

    def _usage(self, pid: int) -> Usage:
        with suppress(*_HIDDEN):
            process = psutil.Process(pid)
            with process.oneshot():
                cpu = sum(process.cpu_times()[:4])  # user, system, and those of ended children
                return Usage(process.memory_info().rss, process.num_threads(), cpu)
        return Usage()

    def _handle(self, pid: int) -> ProcessHandle | None:
        with suppress(*_HIDDEN):
            return _ListedProcess(psutil.Process(pid))
        return None


class _ListedProcess(ProcessHandle):
    """A process and the time of its start: a recycled process id never hits another process."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process

    def signal(self, name: str) -> None:
        with suppress(*_HIDDEN):
            if name == "SIGKILL":
                self._process.kill()
            else:
                self._process.suspend()

    def wait(self, deadline: float) -> bool:
        with suppress(*_HIDDEN):  # it is gone; a zombie waits for its parent to notice its end
            while self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(_PAUSE)
        return True


def can_list() -> bool:
    """Return whether psutil shows the processes of this system."""
    with suppress(*_HIDDEN):
        return os.getpid() in psutil.pids() and psutil.Process().memory_info().rss > 0
    return False
