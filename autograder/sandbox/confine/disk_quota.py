"""A quota on the files of a worker that has no file system of its own.

The kernel counts nobody's files in a folder that others use too. So each call that makes a file
asks the worker's supervisor, which knows how many were made and how much they hold. What a file
may grow to is a resource limit, which the supervisor lowers with each file.

Source: Linux, Documentation/userspace-api/seccomp_filter.rst, "Userspace Notification".
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass

from autograder.sandbox.confine import libc
from autograder.sandbox.confine.grants import Limits
from autograder.sandbox.confine.seccomp import add_listener

if sys.platform != "win32":
    import resource

#: How many files and folders a worker may make.
MAX_FILES = 256

#: Reads a notification, and answers it: the numbers hold the sizes of the structures.
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_NOTIFICATION_SIZE = 80
#: An answer: the number of the notification, a value, an error, and flags.
_ANSWER = struct.Struct("=QqiI")
_CONTINUE = 1


@dataclass
class DiskQuota:
    """What a worker may write, as its supervisor counts it.

    Args:
        scratch: the one folder that the worker may write to.
        limits: of the worker.
        made: how many files and folders it has asked for.
    """

    scratch: str
    limits: Limits
    made: int = 0

    def answer(self, listener: int, worker: int) -> None:
        """Answer the next call that makes a file: let it go on, or refuse it.

        Args:
            listener: the descriptor that notifications are read from.
            worker: the process id of the worker.
        """
        buffer = ctypes.create_string_buffer(_NOTIFICATION_SIZE)
        with suppress(OSError):  # the call was interrupted, or its thread has ended
            libc.ioctl(listener, _RECEIVE, ctypes.addressof(buffer))
            (number,) = struct.unpack_from("=Q", buffer)
            is_allowed = self._allows(worker)
            told = (number, 0, 0, _CONTINUE) if is_allowed else (number, 0, -errno.ENOSPC, 0)
            answer = ctypes.create_string_buffer(_ANSWER.pack(*told))
            libc.ioctl(listener, _SEND, ctypes.addressof(answer))

    def _allows(self, worker: int) -> bool:
        """Return whether one more file may be made; all of them may grow less from then on."""
        self.made += 1
        if self.made > MAX_FILES or used_bytes(self.scratch) >= self.limits.scratch:
            return False
        size = min(self.limits.file_size, self.limits.scratch // self.made)
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


#: The worker's end of the channel to its supervisor, until the filter is in force.
_channel: int | None = None


class QuotaQuestions:
    """The questions of a worker whether it may make a file, made before the fork.

    The worker sends its supervisor the descriptor that questions are read from.

    Attributes:
        descriptor: what the supervisor waits for: the channel, then the questions.
    """

    def __init__(self, quota: DiskQuota) -> None:
        self._quota = quota
        self._channel, self._other = socket.socketpair()
        self.descriptor = self._channel.fileno()
        self._is_open = False

    def leave_to_child(self) -> None:
        """Keep the worker's end alone, in the worker: for `apply_disk_quota`."""
        global _channel  # noqa: PLW0603 - `isolate` and `lock` have no object in common
        self._channel.close()
        _channel = self._other.detach()

    def keep(self) -> None:
        """Keep the supervisor's end alone, in the supervisor."""
        self._other.close()

    def answer(self, worker: int) -> bool:
        """Answer the next one, or take the descriptor; return whether there may be more."""
        if self._is_open:
            self._quota.answer(self.descriptor, worker)
            return True
        data, descriptors, _, _ = socket.recv_fds(self._channel, 1, 1)
        if not data or not descriptors:
            return False
        self._channel.send(b"\0")
        (self.descriptor,), self._is_open = descriptors, True
        return True


def apply_disk_quota() -> bool:
    """Let each call that makes a file ask the supervisor from now on.

    Returns:
        False where there is no supervisor that answers, or the kernel has no such filter.
    """
    global _channel  # noqa: PLW0603 - as above
    if _channel is None:
        return False
    with socket.socket(fileno=_channel) as channel:
        _channel = None
        listener = add_listener()
        if listener is None:
            return False
        socket.send_fds(channel, [b"\0"], [listener])
        os.close(listener)
        return channel.recv(1) == b"\0"
