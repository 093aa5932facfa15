"""A worker that a fork server has started: it is no child of this process."""

from __future__ import annotations

import math
import os
import select
import signal
import struct
import subprocess
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from framework.errors import SandboxError

if TYPE_CHECKING:
    import socket

#: As in `autograder.isolation.worker.fork_server`: what the server says of a worker.
NUMBER = struct.Struct("!i")
#: Seconds until the server has forked; longer is a fault of the system.
FORK_SECONDS = 20.0
#: The exit status of a worker whose server has ended before it.
LOST = -int(getattr(signal, "SIGKILL", 9))  # Windows has no such signal, and no fork server


class ForkedProcess:
    """A process of a fork server, with the interface of `subprocess.Popen`.

    Its id belongs to no other process until `wait` has returned its status.

    Args:
        channel: to the server, which tells the process id and the exit status.
        pipes: the ends of this process: of standard input, output and error.
        scratch: the one folder that it may write to.
    """

    def __init__(self, channel: socket.socket, pipes: tuple[int, int, int], scratch: str) -> None:
        self._channel, self.scratch = channel, scratch
        self._pid = 0
        self.returncode: int | None = None
        self.stdin: IO[bytes] = os.fdopen(pipes[0], "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(pipes[1], "rb")
        self.stderr: IO[bytes] = os.fdopen(pipes[2], "rb")

    @property
    def pid(self) -> int:
        """Its process id; waits until the server has forked it.

        Raises:
            SandboxError: the server has ended, or does not answer.
        """
        if not self._pid:
            try:
                number = self._number(time.monotonic() + FORK_SECONDS)
            except EOFError:
                number = None
            if number is None:
                raise SandboxError("the fork server has forked no worker: run the command again")
            self._pid = number
        return self._pid

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit status, as `subprocess.Popen.wait` does.

        Raises:
            subprocess.TimeoutExpired: it still runs after `timeout` seconds.
        """
        if self.returncode is None:
            self.returncode = self._status(math.inf if timeout is None else timeout)
            self._channel.close()
        return self.returncode

    def _status(self, timeout: float) -> int:
        worker = f"worker {self.pid}"  # the id comes before the status
        try:
            found = self._number(time.monotonic() + timeout)
        except EOFError:
            return LOST
        if found is None:
            raise subprocess.TimeoutExpired(worker, timeout)
        return found

    def close(self) -> None:
        """Close the pipes and the channel."""
        for stream in (self.stdin, self.stdout, self.stderr, self._channel):
            stream.close()

    def kill(self) -> None:
        """End its first process; nothing where it has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def _number(self, deadline: float) -> int | None:
        """Return the next number from the server; None if it is late.

        Raises:
            EOFError: the server has ended.
        """
        watch = select.poll()
        watch.register(self._channel, select.POLLIN)
        seconds = max(0.0, deadline - time.monotonic())
        if not watch.poll(None if math.isinf(seconds) else seconds * 1000):
            return None
        data = self._channel.recv(NUMBER.size)
        if len(data) < NUMBER.size:
            raise EOFError
        return int(NUMBER.unpack(data)[0])
