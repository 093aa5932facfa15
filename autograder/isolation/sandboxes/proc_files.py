"""Trees of processes on Linux: read from the files of /proc, ended through process descriptors."""

from __future__ import annotations

import math
import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from autograder.isolation.confine import libc
from autograder.isolation.sandboxes.processes import Handle, ProcessTree, Usage

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
#: Where /proc/PID/stat has them, counted from the state, which follows the name in brackets.
_CPU, _THREADS, _RESIDENT = slice(11, 15), 17, 21
#: The state of a thread that waits for a disk.
_ON_DISK = "D"
#: Processor time is counted in these.
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class ProcTree(ProcessTree):
    """A tree of processes that /proc shows."""

    def usage(self) -> Usage:
        """Return what all processes use together."""
        return sum(map(_usage, self.pids()), Usage())

    def _listed(self) -> list[int]:
        with os.scandir(_PROC) as entries:
            return [int(entry.name) for entry in entries if entry.name.isdecimal()]

    def _descendants(self, pid: int) -> list[int]:
        found = [pid] if (_PROC / str(pid)).exists() else []
        for parent in found:
            found += _children(parent)
        return found

    def _handle(self, pid: int) -> Handle | None:
        with suppress(OSError):
            return _Descriptor(libc.syscall(libc.PIDFD_OPEN, pid, 0))
        return None


class NamespaceTree(ProcTree):
    """A tree of processes below a child that is process 1 of a namespace of its own.

    The kernel ends all processes of a namespace with process 1, and process 1 last of all. So none
    of the others has to be found.
    """

    def _stop(self, deadline: float, stack: ExitStack) -> list[Handle]:
        """Return the child, after its parent is stopped and so cannot free its process number."""
        self._signal_group("SIGSTOP")
        found = [handle for pid in _children(self._process.pid) if (handle := self._handle(pid))]
        for handle in found:
            stack.callback(handle.close)
        return found or super()._stop(deadline, stack)


class _Descriptor(Handle):
    """A process descriptor: a recycled process id never hits another process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def suspend(self) -> None:
        self._send(signal.SIGSTOP)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def wait(self, deadline: float) -> bool:
        watch = select.poll()
        watch.register(self._descriptor, select.POLLIN)
        return bool(watch.poll(max(0.0, deadline - time.monotonic()) * 1000))

    def close(self) -> None:
        os.close(self._descriptor)

    def _send(self, number: int) -> None:
        with suppress(OSError):
            signal.pidfd_send_signal(self._descriptor, number)


def _usage(pid: int) -> Usage:
    try:
        # The line is "id (name) state ...", and the name may hold spaces and brackets.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it is gone
        return Usage()
    cpu = sum(map(int, fields[_CPU])) / _TICKS
    kept = math.inf if fields[0] == _ON_DISK else sum(map(_kept, _tasks(pid)))
    return Usage(int(fields[_RESIDENT]) * _PAGE, int(fields[_THREADS]), cpu, kept)


def _tasks(pid: int) -> list[Path]:
    """Return the folders of all threads of `pid`; none once it is gone."""
    with suppress(OSError):
        return list((_PROC / str(pid) / "task").iterdir())
    return []


def _kept(task: Path) -> float:
    """Return the seconds for which a thread has waited for a processor."""
    try:
        return int((task / "schedstat").read_text().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):  # it has ended, or the kernel does not count
        return 0.0 if not task.exists() else math.inf


def _children(pid: int) -> Iterator[int]:
    """Yield the children of all threads of `pid`."""
    for task in _tasks(pid):
        with suppress(OSError):
            yield from map(int, (task / "children").read_text().split())
