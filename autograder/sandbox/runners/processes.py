"""Trees of processes, watched and ended from outside.

Linux shows its processes as the files of /proc, and ends them by process descriptors. For other
systems see `portable_processes`.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from autograder.sandbox.confine import libc
from framework.errors import SandboxError

if TYPE_CHECKING:
    from autograder.sandbox.runners.fork import ForkedProcess

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
#: Where /proc/PID/stat has them, counted from the state, which follows the name in brackets.
_CPU, _THREADS, _RESIDENT = slice(11, 15), 17, 21
#: The states of a thread that runs, or waits for a processor or a disk.
_AWAKE = ("R", "D")
#: Processor time is counted in these.
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


#: A process with pipes to its standard streams. Its id belongs to no other process before `wait`
#: has returned its status.
RunningProcess: TypeAlias = "subprocess.Popen[bytes] | ForkedProcess"


class Usage(NamedTuple):
    """What processes use at one moment.

    Attributes:
        memory: bytes of physical memory.
        threads: at least one for each process.
        cpu: seconds of processor time since they started, that of their ended children included.
        awake: processes that run, or wait for a processor or a disk; the others sleep.
    """

    memory: int = 0
    threads: int = 0
    cpu: float = 0.0
    awake: int = 0


class ProcessHandle(ABC):
    """One process, even if another process gets its id; a process that has ended is no error."""

    @abstractmethod
    def signal(self, name: str) -> None:
        """Send it a signal: SIGSTOP or SIGKILL."""

    @abstractmethod
    def wait(self, deadline: float) -> bool:
        """Wait until it has ended; return whether it has."""

    def close(self) -> None:  # noqa: B027 - nothing to let go of, for most
        """Let go of it."""


class ProcessTree(ABC):
    """A process that leads its session, all its descendants, and the rest of the session.

    A process whose parent has ended is found by its session. A process that has also left the
    session is not found: `autograder.sandbox.confine.phases` reports it.
    """

    def __init__(self, process: RunningProcess) -> None:
        self._process = process

    def usage(self) -> Usage:
        """Return what all of them use together; nothing once they are gone."""
        return Usage(*map(sum, zip(Usage(), *map(self._usage, self.pids()), strict=True)))

    @abstractmethod
    def _listed(self) -> Iterable[int]:
        """Return the ids of all processes of the system."""

    @abstractmethod
    def _descendants(self, pid: int) -> Iterable[int]:
        """Return a process and all that it or its children started; nothing if it is gone."""

    @abstractmethod
    def _usage(self, pid: int) -> Usage:
        """Return what one process uses; nothing once it is gone."""

    @abstractmethod
    def _handle(self, pid: int) -> ProcessHandle | None:
        """Return a handle of a process, unless it is gone."""

    def pids(self) -> list[int]:
        """Return the ids of all these processes; none once they are gone."""
        if self._is_recycled():
            return []
        first = self._process.pid
        pids = dict.fromkeys(self._descendants(first))
        for pid in self._listed() if sys.platform != "win32" else ():
            with suppress(OSError):
                if os.getsid(pid) == first and pid not in pids:  # most are its descendants
                    pids.update(dict.fromkeys(self._descendants(pid)))
        return list(pids)

    def kill(self, seconds: float) -> None:
        """End all of them, and reap the first; they may be gone already.

        Raises a `SandboxError` if something is still there after `seconds`.
        """
        deadline = time.monotonic() + seconds
        with ExitStack() as stack:
            try:
                handles = self._stop(deadline, stack)
            except BaseException:  # an interrupt: what is stopped would stay for ever
                self._signal_group("SIGKILL")
                self._process.kill()
                raise
            for handle in handles:
                handle.signal("SIGKILL")
            self._signal_group("SIGKILL")
            self._process.kill()
            ended = all(handle.wait(deadline) for handle in handles)
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            ended = False
        if not ended:
            raise SandboxError(
                f"the worker (process {self._process.pid}) cannot be killed: the system does not "
                "let go of it"
            )

    def _stop(self, deadline: float, stack: ExitStack) -> list[ProcessHandle]:
        """Stop all of them, until a look finds no further one: none can start others any more."""
        handles: dict[int, ProcessHandle | None] = {}
        self._signal_group("SIGSTOP")
        while time.monotonic() < deadline:
            started = [pid for pid in self.pids() if pid not in handles]
            if not started:
                break
            for pid in started:
                handles[pid] = handle = self._handle(pid)
                if handle is not None:
                    stack.callback(handle.close)
                    handle.signal("SIGSTOP")
        return [handle for handle in handles.values() if handle is not None]

    def _signal_group(self, name: str) -> None:
        """Send a signal to the group of the first process: to all of it at the same moment."""
        if sys.platform != "win32" and not self._is_recycled():
            with suppress(OSError):
                os.killpg(self._process.pid, getattr(signal, name))

    def _is_recycled(self) -> bool:
        """Return whether the process has ended and another process has its id now."""
        return self._process.returncode is not None and self._process.pid in self._listed()


class ProcTree(ProcessTree):
    """A tree of processes that /proc shows."""

    def _listed(self) -> list[int]:
        with os.scandir(_PROC) as entries:
            return [int(entry.name) for entry in entries if entry.name.isdecimal()]

    def _descendants(self, pid: int) -> list[int]:
        pids = [pid] if (_PROC / str(pid)).exists() else []
        for parent in pids:
            pids += _children(parent)
        return pids

    def _usage(self, pid: int) -> Usage:
        try:
            fields = _stat(_PROC / str(pid))
        except OSError:  # it is gone
            return Usage()
        cpu = sum(map(int, fields[_CPU])) / _TICKS
        return Usage(int(fields[_RESIDENT]) * _PAGE, int(fields[_THREADS]), cpu, _is_awake(pid))

    def _handle(self, pid: int) -> ProcessHandle | None:
        with suppress(OSError):
            return _Descriptor(libc.syscall(libc.PIDFD_OPEN, pid, 0))
        return None


def _stat(folder: Path) -> list[str]:
    """Return the fields of a process or a thread, from its state on."""
    # The line is "id (name) state ...", and the name may hold spaces and brackets.
    return (folder / "stat").read_text().rpartition(")")[2].split()


def _is_awake(pid: int) -> bool:
    with suppress(OSError):
        return any(_stat(task)[0] in _AWAKE for task in (_PROC / str(pid) / "task").iterdir())
    return True  # a thread has just ended


class NamespaceTree(ProcTree):
    """A tree of processes below a child that is process 1 of a namespace of its own.

    The kernel ends all processes of a namespace with process 1, and process 1 last of all. So none
    of the other processes has to be found.
    """

    def _stop(self, deadline: float, stack: ExitStack) -> list[ProcessHandle]:
        """Return the child, after its parent is stopped and so cannot free its process id."""
        self._signal_group("SIGSTOP")
        handles = [handle for pid in _children(self._process.pid) if (handle := self._handle(pid))]
        for handle in handles:
            stack.callback(handle.close)
        return handles or super()._stop(deadline, stack)


class _Descriptor(ProcessHandle):
    """A process descriptor: a recycled process id never hits another process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def signal(self, name: str) -> None:
        with suppress(OSError):
            signal.pidfd_send_signal(self._descriptor, getattr(signal, name))

    def wait(self, deadline: float) -> bool:
        watch = select.poll()
        watch.register(self._descriptor, select.POLLIN)
        return bool(watch.poll(max(0.0, deadline - time.monotonic()) * 1000))

    def close(self) -> None:
        os.close(self._descriptor)


def _children(pid: int) -> Iterator[int]:
    """Yield what the threads of `pid` have started; nothing once it is gone."""
    for task in (_PROC / str(pid) / "task").glob("*"):
        with suppress(OSError):
            yield from map(int, (task / "children").read_text().split())
