"""Trees of processes on Linux: read from the files of /proc, killed through process descriptors."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from autograder.isolation.confine import libc
from autograder.isolation.sandboxes.processes import ProcessTree, Usage

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
#: Where /proc/PID/stat has them, counted from the state, which follows the name in brackets.
_THREADS, _RESIDENT = 17, 21


class ProcTree(ProcessTree):
    """A tree of processes that /proc shows."""

    def pids(self) -> list[int]:
        """Return the numbers of all processes, parents first."""
        first = self._process.pid
        if not (_PROC / str(first)).exists():
            return []
        found = [first]
        for parent in found:
            found += _children(parent)
        return found

    def usage(self) -> Usage:
        """Return what all processes use together."""
        return sum(map(_usage, self.pids()), Usage())

    def _end(self, deadline: float) -> None:
        """Kill through handles, so that a recycled process id never hits a stranger."""
        with ExitStack() as stack:
            handles = []
            for pid in self.pids() if self._process.returncode is None else ():
                with suppress(OSError):
                    handles.append(libc.syscall(libc.PIDFD_OPEN, pid, 0))
                    stack.callback(os.close, handles[-1])
            for handle in handles:
                with suppress(OSError):
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
            self._process.kill()
            _await_end(handles, deadline)


def _usage(pid: int) -> Usage:
    try:
        # The line is "id (name) state ...", and the name may hold spaces and brackets.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it is gone
        return Usage()
    return Usage(int(fields[_RESIDENT]) * _PAGE, int(fields[_THREADS]))


def _children(pid: int) -> Iterator[int]:
    """Children of all threads of `pid`."""
    with suppress(OSError):
        for task in (_PROC / str(pid) / "task").iterdir():
            with suppress(OSError):
                yield from map(int, (task / "children").read_text().split())


def _await_end(handles: list[int], deadline: float) -> None:
    for handle in handles:
        watch = select.poll()
        watch.register(handle, select.POLLIN)
        watch.poll(max(0.0, deadline - time.monotonic()) * 1000)
