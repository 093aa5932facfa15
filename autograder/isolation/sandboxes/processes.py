"""Trees of processes, watched and ended from outside.

Linux shows its processes as the files of /proc, which take a sixth of the time that psutil takes
for the same look; elsewhere psutil asks the system.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from framework.errors import SandboxError

_PROC = Path("/proc")

#: The gap on systems that do not show their processes.
UNWATCHED = "submitted code can exceed the limits of memory and of processes: they cannot be seen"


class Started(Protocol):
    """A process that this one has started, as `subprocess.Popen` is."""

    @property
    def pid(self) -> int:
        """Its process id, which belongs to no other process before `wait` has returned."""

    @property
    def returncode(self) -> int | None:
        """Its exit status once `wait` has returned it."""

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status; raise `subprocess.TimeoutExpired` after `timeout` seconds."""

    def kill(self) -> None:
        """End it."""


class RunningProcess(Started, Protocol):
    """A started process with pipes to its standard streams."""

    @property
    def stdin(self) -> IO[bytes] | None:
        """The pipe to its standard input."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """The pipe from its standard output."""

    @property
    def stderr(self) -> IO[bytes] | None:
        """The pipe from its standard error."""


@dataclass(frozen=True)
class Usage:
    """What processes use at one moment.

    Attributes:
        memory: bytes of physical memory.
        threads: threads, at least one for each process.
        cpu: seconds of processor time since they started, that of their ended children included.
        kept: seconds for which threads that wanted a processor or a disk did not get it, since they
            started; infinite where the system does not tell.
    """

    memory: int = 0
    threads: int = 0
    cpu: float = 0.0
    kept: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        """Return what both use together."""
        return Usage(
            self.memory + other.memory,
            self.threads + other.threads,
            self.cpu + other.cpu,
            self.kept + other.kept,
        )


class Handle(ABC):
    """One process, whatever becomes of its number; what is gone is no error."""

    @abstractmethod
    def suspend(self) -> None:
        """Stop it for now."""

    @abstractmethod
    def kill(self) -> None:
        """End it."""

    @abstractmethod
    def wait(self, deadline: float) -> bool:
        """Wait until it has ended; return whether it has."""

    def close(self) -> None:
        """Let go of it."""
        return


class ProcessTree(ABC):
    """A process that leads its session, all its descendants, and the rest of the session.

    A process whose parent has ended is found by its session. One that has also left the session
    is found no more; `autograder.isolation.confine.phases` says so.
    """

    def __init__(self, process: Started) -> None:
        self._process = process

    @abstractmethod
    def usage(self) -> Usage:
        """Return what all of them use together; nothing once they are gone."""

    @abstractmethod
    def _listed(self) -> Iterable[int]:
        """Return the numbers of all processes of the system."""

    @abstractmethod
    def _descendants(self, pid: int) -> Iterable[int]:
        """Return a process and all that it or its children started; nothing if it is gone."""

    @abstractmethod
    def _handle(self, pid: int) -> Handle | None:
        """Return a handle of a process, unless it is gone."""

    def pids(self) -> list[int]:
        """Return their numbers; none once they are gone."""
        if self._is_recycled():
            return []
        first = self._process.pid
        found = dict.fromkeys(self._descendants(first))
        for pid in self._session(first):
            if pid not in found:  # most are descendants of the first
                found.update(dict.fromkeys(self._descendants(pid)))
        return list(found)

    def kill(self, seconds: float) -> None:
        """End all of them, and reap the first; they may be gone already.

        Raises:
            SandboxError: something is still there after `seconds`.
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
                handle.kill()
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

    def _stop(self, deadline: float, stack: ExitStack) -> list[Handle]:
        """Stop all of them, until a look finds no further one: none can start others any more."""
        handles: dict[int, Handle | None] = {}
        self._signal_group("SIGSTOP")
        while time.monotonic() < deadline:
            started = [pid for pid in self.pids() if pid not in handles]
            if not started:
                break
            for pid in started:
                handles[pid] = handle = self._handle(pid)
                if handle is not None:
                    stack.callback(handle.close)
                    handle.suspend()
        return [handle for handle in handles.values() if handle is not None]

    def _signal_group(self, name: str) -> None:
        """Send a signal to the group of the first process: to all of it at the same moment."""
        if sys.platform != "win32" and not self._is_recycled():
            with suppress(OSError):
                os.killpg(self._process.pid, getattr(signal, name))

    def _is_recycled(self) -> bool:
        """Return whether another process has the first number now; not during the session."""
        return self._process.returncode is not None and self._process.pid in self._listed()

    def _session(self, leader: int) -> Iterator[int]:
        for pid in self._listed() if sys.platform != "win32" else ():
            with suppress(OSError):
                if os.getsid(pid) == leader:
                    yield pid


def tree_of(process: Started) -> ProcessTree:
    """Return the tree of `process`, as this system shows it."""
    if has_proc():
        from autograder.isolation.sandboxes.proc_files import ProcTree

        return ProcTree(process)
    from autograder.isolation.sandboxes.listed_processes import ListedTree

    return ListedTree(process)


def gaps() -> list[str]:
    """Return what cannot be watched on this system, in sentences."""
    if has_proc():
        return []
    from autograder.isolation.sandboxes.listed_processes import can_list

    return [] if can_list() else [UNWATCHED]


def has_proc() -> bool:
    """Return whether this is Linux and shows its processes as files."""
    return sys.platform == "linux" and (_PROC / "self" / "stat").exists()
