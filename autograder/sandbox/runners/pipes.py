"""The three pipes of a worker: requests, replies, and what it prints.

Linux waits for all of them at once. For other systems see `portable`.
"""

from __future__ import annotations

import os
import select
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

from autograder.sandbox.runners.processes import RunningProcess

#: Maximum number of bytes of output that are read at once; of a reply, four times as many.
CHUNK = 1 << 18


class Pipes(ABC):
    """The pipes of a worker, in the order of standard input, output and error.

    What is printed is read while a reply is waited for, and by `settle` and `close`.
    """

    @abstractmethod
    def has_reply(self) -> bool:
        """Return whether a part of a reply has arrived."""

    @abstractmethod
    def send(self, frame: bytes) -> None:
        """Start to send `frame`; it may arrive later, while a reply is waited for."""

    @abstractmethod
    def read(self, size: int, seconds: float) -> bytes | None:
        """Return at most `size` bytes of a reply, empty at its end; None if none came in time."""

    @abstractmethod
    def settle(self) -> None:
        """Read what was printed before the last reply was sent."""

    @abstractmethod
    def close(self) -> None:
        """Read the rest of what was printed by a worker that is ended, and close the pipes."""


def pipes_of(process: RunningProcess, printed: Callable[[bytes], None]) -> Pipes:
    """Return the pipes of `process`; `printed` is called with what it prints.

    Raises:
        ValueError: the process does not have three pipes.
    """
    streams = [pipe for pipe in (process.stdin, process.stdout, process.stderr) if pipe]
    if len(streams) < 3:
        raise ValueError("a sandbox must give its process three pipes")
    if sys.platform != "linux":
        from autograder.sandbox.runners.portable import ThreadedPipes

        return ThreadedPipes(streams, printed)
    return PolledPipes(streams, printed)


class PolledPipes(Pipes):
    """Pipes that never block, and that `poll` waits for."""

    def __init__(self, streams: Sequence[IO[bytes]], printed: Callable[[bytes], None]) -> None:
        self._streams, self._add, self._pending = streams, printed, memoryview(b"")
        descriptors = [stream.fileno() for stream in streams]
        for descriptor in descriptors:
            os.set_blocking(descriptor, False)
        self._requests, self._replies, self._printed = descriptors
        self._poll, self._reply = select.poll(), select.poll()
        self._poll.register(self._replies, select.POLLIN)
        self._poll.register(self._printed, select.POLLIN)
        self._reply.register(self._replies, select.POLLIN)

    def has_reply(self) -> bool:
        """See `Pipes.has_reply`."""
        return any(event & select.POLLIN for _, event in self._reply.poll(0))

    def send(self, frame: bytes) -> None:
        """See `Pipes.send`."""
        self._pending = memoryview(frame)
        self._write()

    def read(self, size: int, seconds: float) -> bytes | None:
        """See `Pipes.read`."""
        ready = {descriptor for descriptor, _ in self._ready(seconds)}
        if self._requests in ready:
            self._write()
        if self._printed in ready:
            self.settle()
        if self._replies in ready:
            with suppress(BlockingIOError):
                return os.read(self._replies, min(size, CHUNK * 4))
        return None

    def settle(self) -> None:
        """See `Pipes.settle`."""
        try:
            while data := os.read(self._printed, CHUNK):
                self._add(data)
                if len(data) < CHUNK:
                    return
            self._poll.unregister(self._printed)
        except (BlockingIOError, KeyError, OSError):
            return

    def close(self) -> None:
        """See `Pipes.close`."""
        self.settle()
        for stream in self._streams:
            stream.close()

    def _ready(self, seconds: float) -> list[tuple[int, int]]:
        """Wait until something can be read or written."""
        if not self._pending:
            return self._poll.poll(seconds * 1000)
        self._poll.register(self._requests, select.POLLOUT)
        try:
            return self._poll.poll(seconds * 1000)
        finally:
            self._poll.unregister(self._requests)

    def _write(self) -> None:
        try:
            while self._pending:
                self._pending = self._pending[os.write(self._requests, self._pending) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._pending = self._pending[:0]  # the end of the reply shows what happened
