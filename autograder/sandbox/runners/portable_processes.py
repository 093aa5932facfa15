"""What replaces the calls of Linux on other systems: threads for pipes, psutil for processes.

The worker's side is `autograder.sandbox.worker.portable`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, Queue, SimpleQueue
from threading import Thread
from typing import IO

import psutil

from autograder.sandbox.runners.processes import ProcessHandle, ProcessTree, Usage
from autograder.sandbox.worker.portable import END_OF_OUTPUT

#: Maximum number of bytes that are read at once.
CHUNK = 1 << 16
#: Maximum number of chunks that wait in memory; the worker waits where there are more.
MAX_CHUNKS = 8
#: How long output may take to arrive that was printed before a reply, in seconds.
OUTPUT_SECONDS = 1.0

#: The two pipes that are read.
_REPLIES, _OUTPUT = "replies", "output"

#: Seconds between two looks at a process that is ending.
_PAUSE = 0.01

#: What psutil raises for a process that is gone or another user's, and where it can list none
#: (an IndexError where it counts on at least one).
_HIDDEN = (psutil.Error, OSError, IndexError)


class ThreadedPipes:
    """What `PolledPipes` does, with pipes that may block: each has a thread for it.

    The worker marks the end of what it has printed before each reply by `END_OF_OUTPUT`.
    """

    def __init__(self, streams: Sequence[IO[bytes]], printed: Callable[[bytes], None]) -> None:
        self._add = printed
        self._frames: SimpleQueue[bytes] = SimpleQueue()
        self._chunks: Queue[tuple[str, bytes]] = Queue(MAX_CHUNKS)
        self._received = bytearray()
        self._open = {_REPLIES, _OUTPUT}
        self._expected_marks = self._marks = 0
        self._patience = OUTPUT_SECONDS
        requests, replies, output = streams
        for function, *arguments in (
            (self._write, requests),
            (self._read, replies, _REPLIES),
            (self._read, output, _OUTPUT),
        ):
            Thread(target=function, args=arguments, daemon=True).start()

    def has_reply(self) -> bool:
        """See `PolledPipes.has_reply`."""
        for _ in range(MAX_CHUNKS):
            if not self._take(0.0):
                break
        return bool(self._received)

    def send(self, frame: bytes) -> None:
        """See `PolledPipes.send`."""
        if frame:
            self._frames.put(frame)

    def read(self, size: int, seconds: float) -> bytes | None:
        """See `PolledPipes.read`."""
        if not self._received and _REPLIES in self._open:
            self._take(seconds)
        data = bytes(self._received[:size])
        del self._received[:size]
        return data if data or _REPLIES not in self._open else None

    def settle(self) -> None:
        """See `PolledPipes.settle`."""
        self._expected_marks += 1
        end = time.monotonic() + self._patience
        while _OUTPUT in self._open and self._marks < self._expected_marks:
            left = end - time.monotonic()
            if left <= 0 or not self._take(left):
                self._patience = 0.0  # the submission has moved the descriptor
                return

    def close(self) -> None:
        """See `PolledPipes.close`."""
        self._frames.put(b"")
        end = time.monotonic() + OUTPUT_SECONDS
        while self._open and (left := end - time.monotonic()) > 0:
            self._take(left)

    def _take(self, seconds: float) -> bool:
        """Take the next chunk of either pipe; return whether one came in time."""
        try:
            pipe, data = self._chunks.get(timeout=seconds)
        except Empty:
            return False
        if not data:
            self._open.remove(pipe)
        elif pipe == _REPLIES:
            self._received += data
        else:
            self._marks += data.count(END_OF_OUTPUT)
            self._add(data.replace(END_OF_OUTPUT, b""))
        return True

    def _read(self, stream: IO[bytes], pipe: str) -> None:
        """Read `stream` to its end, and close it."""
        with stream, suppress(OSError):  # the end of a pipe is an error on Windows
            while data := os.read(stream.fileno(), CHUNK):
                self._chunks.put((pipe, data))
        self._chunks.put((pipe, b""))

    def _write(self, stream: IO[bytes]) -> None:
        """Write all frames up to an empty one, and close `stream`."""
        with stream:
            while frame := memoryview(self._frames.get()):
                with suppress(OSError):  # the end of the reply shows what happened
                    while frame:
                        frame = frame[os.write(stream.fileno(), frame) :]


class ListedTree(ProcessTree):
    """A tree of processes that the system lists."""

    def _listed(self) -> list[int]:
        with suppress(*_HIDDEN):
            return psutil.pids()
        return []

    def _descendants(self, pid: int) -> list[int]:
        with suppress(*_HIDDEN):
            return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
        return []

    def _usage(self, pid: int) -> Usage:
        with suppress(*_HIDDEN):
            process = psutil.Process(pid)
            with process.oneshot():
                cpu = sum(process.cpu_times()[:4])  # user, system, and those of ended children
                # Not every system tells whether it sleeps.
                return Usage(process.memory_info().rss, process.num_threads(), cpu, awake=1)
        return Usage()

    def _handle(self, pid: int) -> ProcessHandle | None:
        with suppress(*_HIDDEN):
            return _ListedProcess(psutil.Process(pid))
        return None


class _ListedProcess(ProcessHandle):
    """A process and the time of its start: a recycled process id never hits another process."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process

    def signal(self, name: str) -> None:
        with suppress(*_HIDDEN):
            if name == "SIGKILL":
                self._process.kill()
            else:
                self._process.suspend()

    def wait(self, deadline: float) -> bool:
        with suppress(*_HIDDEN):  # it is gone; a zombie waits for its parent to notice its end
            while self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(_PAUSE)
        return True
