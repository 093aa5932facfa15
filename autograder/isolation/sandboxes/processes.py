"""Looking at a tree of processes, and ending it, from outside."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from autograder.isolation.confine import libc
from framework.errors import SandboxError

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def tree(pid: int) -> list[int]:
    """`pid` and all its descendants, parents first; empty where the system has no /proc."""
    if not (_PROC / str(pid)).exists():
        return []
    found = [pid]
    for parent in found:
        found += _children(parent)
    return found


def resident_bytes(pid: int) -> int:
    """Physical memory of one process, 0 when it is gone."""
    try:
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def threads(pid: int) -> int:
    """Number of threads of one process, 0 when it is gone."""
    try:
        # /proc/PID/stat is "id (name) state ...", and the name may hold spaces and brackets.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[17])


def kill_tree(process: subprocess.Popen[bytes], seconds: float) -> None:
    """End `process` and all its descendants, and reap it.

    Raises:
        SandboxError: something is still there after `seconds`.
    """
    deadline = time.monotonic() + seconds
    if sys.platform == "linux":
        _kill_linux(process, deadline)
    else:
        _kill_session(process)
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise SandboxError(
            f"the worker (process {process.pid}) cannot be killed: the system does not let go of it"
        ) from None


def _children(pid: int) -> Iterator[int]:
    """Children of all threads of `pid`."""
    with suppress(OSError):
        for task in (_PROC / str(pid) / "task").iterdir():
            with suppress(OSError):
                yield from map(int, (task / "children").read_text().split())


def _kill_linux(process: subprocess.Popen[bytes], deadline: float) -> None:
    """Kill through handles, so that a recycled process id never hits a stranger."""
    with ExitStack() as stack:
        handles = []
        for pid in tree(process.pid) if process.returncode is None else ():
            with suppress(OSError):
                handles.append(libc.syscall(libc.PIDFD_OPEN, pid, 0))
                stack.callback(os.close, handles[-1])
        for handle in handles:
            with suppress(OSError):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
        process.kill()
        _await_end(handles, deadline)


def _await_end(handles: list[int], deadline: float) -> None:
    for handle in handles:
        watch = select.poll()
        watch.register(handle, select.POLLIN)
        watch.poll(max(0.0, deadline - time.monotonic()) * 1000)


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """Without /proc, the session that the worker leads has to do."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
