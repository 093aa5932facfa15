"""Trees of processes where there is no /proc: psutil lists them."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

import psutil

from autograder.isolation.sandboxes.processes import ProcessTree, Usage, not_ended

#: Seconds between two looks at processes that are ending.
_PAUSE = 0.01

#: What psutil raises for a process that is gone or another user's, and where it can list none
#: (an IndexError where it counts on at least one).
_HIDDEN = (psutil.Error, OSError, IndexError)


class ListedTree(ProcessTree):
    """A tree of processes that the system lists.

    A process whose parent has ended is found by its session. One that has also left the session
    is found no more; `autograder.isolation.confine.gaps` says so.
    """

    def pids(self) -> list[int]:
        """Return the numbers of all processes."""
        return list(self._members())

    def usage(self) -> Usage:
        """Return what all processes use together."""
        return sum(map(_usage, self._members().values()), Usage())

    def _end(self, deadline: float) -> None:
        """Stop all of them before the first is killed, so that no further one appears."""
        if self._is_recycled():
            return
        stopped = self._stop(deadline)
        for member in stopped:
            with suppress(*_HIDDEN):
                member.kill()
        self._signal_group("SIGKILL")
        self._process.kill()
        _await_end(stopped, deadline)

    def _stop(self, deadline: float) -> list[psutil.Process]:
        """Stop and return all of them: look again until a look finds no further one."""
        self._signal_group("SIGSTOP")
        stopped: dict[int, psutil.Process] = {}
        while time.monotonic() < deadline:
            members = self._members()
            started = [member for pid, member in members.items() if pid not in stopped]
            if not started:
                break
            for member in started:
                with suppress(*_HIDDEN):
                    member.suspend()
            stopped |= members
        return list(stopped.values())

    def _members(self) -> dict[int, psutil.Process]:
        """Return the session of the first process, and the descendants of all of it."""
        if self._is_recycled():
            return {}
        found: dict[int, psutil.Process] = {}
        for pid in (self._process.pid, *_session(self._process.pid)):
            if pid not in found:  # most are descendants of the first
                found.update((process.pid, process) for process in _descendants(pid))
        return found

    def _is_recycled(self) -> bool:
        """Whether the number is a stranger's by now, which it is not while the session lives."""
        return self._process.returncode is not None and psutil.pid_exists(self._process.pid)

    def _signal_group(self, name: str) -> None:
        """Send a signal to the processes of the first one's group, all at the same moment."""
        if sys.platform != "win32":
            with suppress(OSError):
                os.killpg(self._process.pid, getattr(signal, name))


def can_list() -> bool:
    """Whether psutil shows the processes of this system."""
    with suppress(*_HIDDEN):
        return os.getpid() in psutil.pids() and _usage(psutil.Process()).memory > 0
    return False


def _usage(process: psutil.Process) -> Usage:
    with suppress(*_HIDDEN), process.oneshot():
        return Usage(process.memory_info().rss, process.num_threads())
    return Usage()


def _session(leader: int) -> Iterator[int]:
    """Yield the processes of the session of `leader`."""
    with suppress(*_HIDDEN):
        for pid in psutil.pids() if sys.platform != "win32" else ():
            with suppress(OSError):
                if os.getsid(pid) == leader:
                    yield pid


def _descendants(pid: int) -> list[psutil.Process]:
    """Return the process of that number, and all that it or its children started."""
    with suppress(*_HIDDEN):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def _await_end(members: Iterable[psutil.Process], deadline: float) -> None:
    """Wait until all are gone, or wait for their parents to notice their end.

    Raises:
        SandboxError: one of them is still there at `deadline`.
    """
    for member in members:
        while _is_alive(member):
            if time.monotonic() > deadline:
                raise not_ended(member.pid)
            time.sleep(_PAUSE)


def _is_alive(process: psutil.Process) -> bool:
    with suppress(*_HIDDEN):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False
