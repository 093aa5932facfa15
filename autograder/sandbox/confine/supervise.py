"""The worker's parent: it dies with the host and with the worker, and takes the worker along.

It also keeps a quota on the files of a worker that has no file system of its own. The kernel does
not count the files of one process in a shared folder. So each call that makes a file asks the
supervisor, which knows how many were made and how much they hold. What a file may grow to is a
resource limit, which the supervisor lowers with each file. The supervisor makes no file: it would
wait for its own answer.

Source: Linux, Documentation/userspace-api/seccomp_filter.rst, "Userspace Notification".
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import signal
import struct
import sys
from contextlib import suppress
from typing import NoReturn

from autograder.sandbox.confine import Limits, libc

if sys.platform != "win32":
    import resource

#: Seconds between the end of the host's pipe and the end of the worker.
GRACE = 1.0
#: How many files and folders a worker may make.
MAX_FILES = 256

#: Reads a notification, and answers it: the numbers hold the sizes of the structures.
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_NOTIFICATION_SIZE = 80
#: An answer: the number of the notification, a value, an error, and flags.
_ANSWER = struct.Struct("=QqiI")
_CONTINUE = 1


class DiskQuota:
    """What a worker may write, as its supervisor counts it; `listener` is that of its questions."""

    def __init__(self, listener: int, scratch: str, limits: Limits) -> None:
        self.listener = listener
        self._scratch, self._limits = scratch, limits
        self._made = 0

    def answer(self, worker: int) -> None:
        """Let the next call of the process `worker` that makes a file go on, or refuse it."""
        buffer = ctypes.create_string_buffer(_NOTIFICATION_SIZE)
        with suppress(OSError):  # the call was interrupted, or its thread has ended
            libc.ioctl(self.listener, _RECEIVE, ctypes.addressof(buffer))
            (number,) = struct.unpack_from("=Q", buffer)
            is_allowed = self._allows(worker)
            told = (number, 0, 0, _CONTINUE) if is_allowed else (number, 0, -errno.ENOSPC, 0)
            answer = ctypes.create_string_buffer(_ANSWER.pack(*told))
            libc.ioctl(self.listener, _SEND, ctypes.addressof(answer))

    def _allows(self, worker: int) -> bool:
        """Return whether one more file may be made; all of them may grow less from then on."""
        self._made += 1
        if self._made > MAX_FILES or used_bytes(self._scratch) >= self._limits.scratch:
            return False
        size = min(self._limits.file_size, self._limits.scratch // self._made)
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, size))
        return True


def used_bytes(folder: str) -> int:
    """Return the size of all files below `folder`, as far as they can be seen."""
    total, folders = 0, [folder]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_size
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
    return total


def fork_supervised(lifeline: int, quota: DiskQuota | None = None) -> None:
    """Fork: return in the child, and stay behind as its supervisor.

    The host's end of a pipe is the signal, and not the death of the host's thread, which Linux's
    own parent-death signal is about: a host may well start its workers from short-lived threads.

    Args:
        lifeline: a pipe's reading end; the supervised process dies when its writers are gone.
        quota: kept by the supervisor. The child gives up its questions.
    """
    supervisor = os.getpid()
    child = os.fork()
    if child:
        _supervise(child, lifeline, quota)
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() not in (supervisor, 0):  # 0: the parent is outside of our new namespace
        os._exit(1)
    if quota is not None:
        os.close(quota.listener)


def _supervise(child: int, lifeline: int, quota: DiskQuota | None) -> NoReturn:
    libc.prctl(libc.PR_SET_DUMPABLE, 0)  # the worker cannot look into its supervisor
    if os.getpid() != 1:  # bubblewrap kills its first process with the host
        # Processes are stopped before they are killed. One that is left behind in between would
        # wait for ever; resumed, it sees that it has lost its parent.
        libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGCONT)
    for descriptor in (1, 2):  # the end of the worker is the end of its pipes
        os.close(descriptor)
    with suppress(OSError):  # a kernel before 5.3: only the host's own kill is left
        _wait(libc.syscall(libc.PIDFD_OPEN, child, 0), child, lifeline, quota)
    _, status = os.waitpid(child, 0)
    os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


def _wait(pidfd: int, child: int, lifeline: int, quota: DiskQuota | None) -> None:
    """Return once the child is dead or killed; answer its questions meanwhile."""
    watch = select.poll()
    watch.register(pidfd, select.POLLIN)
    watch.register(lifeline, 0)  # its end alone
    if quota is not None:
        watch.register(quota.listener, select.POLLIN)
    ready = dict(watch.poll())
    while quota is not None and not {pidfd, lifeline} & set(ready):
        quota.answer(child)
        ready = dict(watch.poll())
    if pidfd in ready:
        return
    watch = select.poll()
    watch.register(pidfd, select.POLLIN)
    if not watch.poll(GRACE * 1000):
        os.kill(child, signal.SIGKILL)
