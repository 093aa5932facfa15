"""A worker process and the channel to it: every exchange has limits of time, kept from here.

NumPy is not imported before the first exchange: commands that start no worker use functions of this
module.
"""

from __future__ import annotations

import math
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from autograder.sandbox.confine import FilesystemView, Limits
from autograder.sandbox.runners.base import Sandbox
from autograder.sandbox.runners.processes import RunningProcess
from autograder.sandbox.session.faults import Crashed, OutOfMemory, TimedOut

if TYPE_CHECKING:
    from autograder.sandbox.runners.portable_processes import ThreadedPipes

#: How often the memory of a running call is looked at, in seconds.
WATCH_INTERVAL = 0.1
#: The number of seconds of sleep that count as one second of processor time.
SLEEP_FACTOR = 2
#: Threads of a worker in addition to the submission's: its supervisors and the libraries'.
OWN_THREADS = 10
#: How long a worker that closed its channel may take to end, in seconds.
GRACE = 1.0
#: Maximum number of bytes of output that are read at once; of a reply, four times as many.
CHUNK = 1 << 18
#: Maximum number of lines of a file; larger line numbers are invalid.
MAX_LINES = 1_000_000
#: Bytes that are kept of what is printed: at its beginning, and at its end.
HEAD = TAIL = 8 << 10

#: Control sequences of terminals; the last ones reverse the direction of the text.
_CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b.|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
#: How a worker died, by the signal that ended it.
_DEATHS = {
    "SIGKILL": "the process was killed (SIGKILL)",
    "SIGXCPU": "used more processor time than allowed",
    "SIGSEGV": "the process died: segmentation fault",
    "SIGABRT": "the process died: abort",
    "SIGFPE": "the process died: arithmetic error",
}
#: The exit statuses of Windows that say the same.
_WINDOWS_DEATHS = {0xC0000005: "SIGSEGV", 0xC00000FD: "SIGSEGV", 0xC0000409: "SIGABRT"}


@dataclass(frozen=True)
class TimeLimit:
    """What one exchange with a worker may take, in seconds.

    Attributes:
        cpu: of processor time, over all processes of the worker.
        wall: until the reply has arrived, whatever else the machine is doing.
    """

    cpu: float
    wall: float


@dataclass(frozen=True)
class Launch:
    """All it takes to start a worker."""

    sandbox: Sandbox
    argv: list[str]
    view: FilesystemView
    limits: Limits


class WorkerProcess:
    """A running worker; it may still be starting."""

    def __init__(self, launch: Launch) -> None:
        self.output = Output()
        self.meter = UsageMeter()  # its start included
        self._launch = launch
        self._process = launch.sandbox.spawn(launch.argv, launch.view, launch.limits)
        self._pipes = pipes_of(self._process, self.output.add)
        self._looked = self._slept = 0.0
        self._limit = TimeLimit(math.inf, math.inf)

    def exchange(
        self, frame: bytes, limit: TimeLimit, answer: Callable[[Any], bytes | None] | None = None
    ) -> Any:
        """Send `frame` (may be empty) and return the decoded reply.

        Raises a `SubmissionFault` or a `wire.WireError` if there is none. `limit` is that of the
        whole exchange. `answer` returns the frame for a question of the worker; None for a reply.
        """
        from autograder.sandbox import wire

        sent: bytes | None = frame
        reply, started = None, time.monotonic()
        self.meter.begin()
        self._limit = limit
        try:
            while sent is not None:
                if sent and self._pipes.has_reply():
                    raise Crashed("wrote to the grader's channel without being asked")
                self._pipes.send(sent)
                data = self._reply(started + limit.wall)
                self._pipes.settle()
                reply = wire.decode_frame(data)
                sent = answer(reply) if answer is not None else None
        finally:
            self.meter.end(time.monotonic() - started)
        return reply

    def _reply(self, deadline: float) -> bytearray:
        """Collect one frame."""
        reply = bytearray()
        while missing := self._missing(reply):
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimedOut(f"no answer within {self._limit.wall:.3g} s", stalled=True)
            data = self._pipes.read(missing, min(left, WATCH_INTERVAL))
            self._watch(is_silent=data is None)
            if data == b"":
                raise self._ended()
            reply += data or b""
        return reply

    @staticmethod
    def _missing(reply: bytearray) -> int:
        """Return how many bytes of a frame, or of its header, are missing."""
        from autograder.sandbox import wire

        size = wire.HEADER.size
        if len(reply) >= size:
            size += sum(wire.frame_lengths(bytes(reply[:size])))
        return size - len(reply)

    def close(self) -> None:
        """Kill the worker and everything it started."""
        try:
            self._launch.sandbox.kill(self._process)
        finally:
            self._pipes.close()

    def _watch(self, *, is_silent: bool) -> None:
        """Check, now and then, what the kernel's own limits do not cover everywhere.

        Sleep counts as processor time, too. A worker that waits for a processor does not sleep.
        """
        now = time.monotonic()
        if now - self._looked < WATCH_INTERVAL:
            return
        limits, cpu = self._launch.limits, self._limit.cpu
        if self._looked:
            usage = self._launch.sandbox.usage(self._process)
            if usage.memory > limits.memory:
                raise OutOfMemory(f"used more than {limits.memory >> 20:,} MiB of memory")
            if usage.threads > limits.threads + OWN_THREADS:
                raise Crashed(f"started more than {limits.threads} threads or processes")
            if is_silent and not usage.awake:
                self._slept += WATCH_INTERVAL
            if self.meter.used(usage.cpu + self._slept / SLEEP_FACTOR) > cpu:
                sleep = "" if usage.awake else f", or {SLEEP_FACTOR * cpu:.3g} s of sleep"
                raise TimedOut(f"no answer within {cpu:.3g} s of processor time{sleep}")
        self._looked = now

    def _ended(self) -> Crashed:
        """Return the fault of a worker whose replies have ended."""
        try:
            return died(self._process.wait(GRACE))
        except subprocess.TimeoutExpired:
            return Crashed("closed the channel to the grader")


def died(status: int) -> Crashed:
    """Return the fault for a worker that ended with `status` (negative or 128 + n: signal n)."""
    if 0 <= status <= 128:
        return Crashed(f"ended the process itself (exit status {status})")
    try:
        number = -status if status < 0 else status - 128
        name = _WINDOWS_DEATHS.get(status) or signal.Signals(number).name
    except ValueError:
        return Crashed(f"the process ended with status {status}")
    return Crashed(_DEATHS.get(name, f"the process died: {name}"))


def pipes_of(
    process: RunningProcess, printed: Callable[[bytes], None]
) -> PolledPipes | ThreadedPipes:
    """Return the pipes of `process`; `printed` is called with what it prints."""
    streams = [pipe for pipe in (process.stdin, process.stdout, process.stderr) if pipe]
    if len(streams) < 3:
        raise ValueError("a sandbox must give its process three pipes")
    if sys.platform != "linux":
        from autograder.sandbox.runners.portable_processes import ThreadedPipes

        return ThreadedPipes(streams, printed)
    return PolledPipes(streams, printed)


class PolledPipes:
    """The pipes of a worker: requests, replies, and what it prints.

    They never block, and `poll` waits for all of them at once. What is printed is read while a
    reply is waited for, and by `settle` and `close`. For the arguments see `pipes_of`.
    """

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
        """Return whether a part of a reply has arrived."""
        return any(event & select.POLLIN for _, event in self._reply.poll(0))

    def send(self, frame: bytes) -> None:
        """Start to send `frame`; it may arrive later, while a reply is waited for."""
        self._pending = memoryview(frame)
        self._write()

    def read(self, size: int, seconds: float) -> bytes | None:
        """Return at most `size` bytes of a reply, empty at its end; None if none came in time."""
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
        """Read what was printed before the last reply was sent."""
        try:
            while data := os.read(self._printed, CHUNK):
                self._add(data)
                if len(data) < CHUNK:
                    return
            self._poll.unregister(self._printed)
        except (BlockingIOError, KeyError, OSError):
            return

    def close(self) -> None:
        """Read the rest of what was printed by a worker that is ended, and close the pipes."""
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


class UsageMeter:
    """What a worker has used, from readings that are taken now and then, exchange by exchange.

    A reading takes longer than most exchanges. The time of exchanges without one is an upper bound
    of what they used, and as such left out of the measurement of the exchange that follows.
    """

    def __init__(self) -> None:
        self._read = self._unread = 0.0
        self._base: float | None = None

    @property
    def cpu(self) -> float:
        """Seconds of processor time that it has used since its start, at most."""
        return self._read + self._unread

    def begin(self) -> None:
        """Start to measure an exchange."""
        self._base = None

    def used(self, reading: float) -> float:
        """Return the processor time of the exchange so far, at least, after a new `reading`."""
        reading = max(reading, self._read)  # what has ended is not listed any more
        if self._base is None:
            self._base = min(self.cpu, reading)
        self._read, self._unread = reading, 0.0
        return reading - self._base

    def end(self, elapsed: float) -> None:
        """Count an exchange of `elapsed` seconds, unless a reading has."""
        if self._base is None:
            self._unread += elapsed


class Output:
    """Collects printed bytes, in bounded memory."""

    def __init__(self) -> None:
        self._head = self._tail = b""
        self.total = 0

    def add(self, data: bytes) -> None:
        """Take `data`, keeping the first `HEAD` and the last `TAIL` bytes of everything."""
        self.total += len(data)
        room = HEAD - len(self._head)
        self._head += data[:room]
        self._tail = (self._tail + data[room:] if room < len(data) else self._tail)[-TAIL:]

    def take(self) -> str:
        """Return the text so far, without control characters, and forget it."""
        cut = self.total - len(self._head) - len(self._tail)
        middle = f"\n... {cut:,} bytes cut ...\n".encode() if cut > 0 else b""
        text = (self._head + middle + self._tail).decode("utf-8", "replace")
        self._head, self._tail, self.total = b"", b"", 0
        return plain_text(text)


def plain_text(text: str) -> str:
    """Return `text` without terminal control sequences, safe to show."""
    return _CONTROL.sub("", text.replace("\r\n", "\n"))


def shown(text: str, limit: int) -> str:
    """Return `text` as `plain_text`, cut to `limit` characters."""
    plain = plain_text(text)
    return plain if len(plain) <= limit else f"{plain[: limit - 4]} ..."
