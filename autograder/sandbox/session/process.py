"""A worker process and the channel to it: every exchange has limits of time, kept from here."""

from __future__ import annotations

import math
import os
import select
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograder.sandbox.confine import FilesystemView, Limits
from autograder.sandbox.runners.base import Sandbox
from autograder.sandbox.runners.processes import RunningProcess
from autograder.sandbox.session.output import Output
from autograder.sandbox.session.time_limits import TimeLimit

CHUNK = 1 << 18
#: How often the memory of a running call is looked at, in seconds.
WATCH_INTERVAL = 0.1
#: Threads of a worker in addition to the submission's: its supervisors and the libraries'.
OWN_THREADS = 10
#: How long a worker that closed its channel may take to end, in seconds.
GRACE = 1.0


class ChannelError(Exception):
    """The exchange did not come to its end."""


class DeadlineError(ChannelError):
    """No reply before the deadline, though processor time was left."""


class CpuExceededError(ChannelError):
    """No reply within the processor time that was allowed."""


class DiedError(ChannelError):
    """The worker ended; `status` is as in `subprocess.Popen.returncode`."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"status {status}")
        self.status = status


class MemoryExceededError(ChannelError):
    """The worker's processes together use more memory than the limit."""


class TooManyThreadsError(ChannelError):
    """The worker's processes together run more threads than the limit."""


class StrayReplyError(ChannelError):
    """Bytes arrived that no request asked for."""


@dataclass(frozen=True)
class Launch:
    """All it takes to start a worker."""

    sandbox: Sandbox
    argv: list[str]
    view: FilesystemView
    limits: Limits

    def start(self) -> WorkerProcess:
        """Start a worker; does not wait for it."""
        return WorkerProcess(self)


class WorkerProcess:
    """A running worker.

    Attributes:
        output: what it printed so far.
        cpu: seconds of processor time that it has used by the end of the latest exchange, its
            start included.
        idle: seconds, by then, in which it wanted no processor although it was asked for something.
    """

    def __init__(self, launch: Launch) -> None:
        self.output = Output()
        self.cpu = self.idle = 0.0
        self._launch = launch
        self._process = launch.sandbox.spawn(launch.argv, launch.view, launch.limits)
        self._requests, self._replies, self._printed = _descriptors(self._process)
        self._poll = select.poll()
        for descriptor in (self._replies, self._printed):
            self._poll.register(descriptor, select.POLLIN)
        self._stray = select.poll()
        self._stray.register(self._replies, select.POLLIN)
        self._looked = 0.0
        self._cpu_meter = CpuMeter()
        self._idle_meter = IdleMeter()
        self._cpu_limit = math.inf

    def exchange(self, frame: bytes, limit: TimeLimit) -> Any:
        """Send `frame` (may be empty) and return the decoded reply.

        Raises:
            ChannelError: see its subclasses.
            wire.WireError: the reply breaks the rules of the wire.
        """
        from autograder.sandbox import wire  # imports NumPy, which nothing before here needs

        if frame and self._has_stray_bytes():
            raise StrayReplyError
        started = time.monotonic()
        self._cpu_meter.begin()
        self._idle_meter.begin()
        self._cpu_limit = limit.cpu
        try:
            reply = self._reply(memoryview(frame), started + limit.wall)
        finally:
            self._cpu_meter.end(time.monotonic() - started)
            self.cpu, self.idle = self._cpu_meter.total, self._idle_meter.total
        self._read_output()
        return wire.decode_frame(reply)

    def _reply(self, pending: memoryview, deadline: float) -> bytearray:
        """Send what is `pending`, and collect one frame."""
        pending = self._write(pending)
        reply = _Incoming()
        while reply.missing:
            for descriptor in self._wait(deadline, writing=bool(pending)):
                if descriptor == self._requests:
                    pending = self._write(pending)
                elif descriptor == self._printed:
                    self._read_output()
                else:
                    self._read_reply(reply)
        return reply.data

    def close(self) -> None:
        """Kill the worker and everything it started."""
        self._launch.sandbox.kill(self._process)
        self._read_output()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _wait(self, deadline: float, *, writing: bool) -> list[int]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise DeadlineError
        if writing:
            self._poll.register(self._requests, select.POLLOUT)
        ready = self._poll.poll(min(left, WATCH_INTERVAL) * 1000)
        if writing:
            self._poll.unregister(self._requests)
        self._watch()
        return [descriptor for descriptor, _ in ready]

    def _watch(self) -> None:
        """Check, now and then, what the kernel's own limits do not cover everywhere."""
        now = time.monotonic()
        if now - self._looked < WATCH_INTERVAL:
            return
        limits = self._launch.limits
        if self._looked:
            usage = self._launch.sandbox.usage(self._process)
            if usage.memory > limits.memory:
                raise MemoryExceededError
            if usage.threads > limits.threads + OWN_THREADS:
                raise TooManyThreadsError
            self._idle_meter.note(now, usage.cpu + usage.kept)
            if self._cpu_meter.used(usage.cpu) > self._cpu_limit:
                raise CpuExceededError
        self._looked = now

    def _has_stray_bytes(self) -> bool:
        return any(event & select.POLLIN for _, event in self._stray.poll(0))

    def _write(self, data: memoryview) -> memoryview:
        try:
            while data:
                data = data[os.write(self._requests, data) :]
        except BlockingIOError:
            return data
        except BrokenPipeError:
            return data[:0]  # the end of file of the reply shows what happened
        return data

    def _read_reply(self, reply: _Incoming) -> None:
        """Add to `reply` what has arrived: a header, and then what it announces."""
        for _ in range(2):
            try:
                data = os.read(self._replies, min(reply.missing, CHUNK * 4))
            except BlockingIOError:
                return
            if not data:
                raise DiedError(self._status())
            reply.add(data)
            if not reply.missing:
                return

    def _read_output(self) -> None:
        try:
            while data := os.read(self._printed, CHUNK):
                self.output.add(data)
                if len(data) < CHUNK:
                    return
            self._poll.unregister(self._printed)
        except (BlockingIOError, KeyError, OSError):
            return

    def _status(self) -> int | None:
        try:
            return self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return None


def _descriptors(process: RunningProcess) -> tuple[int, int, int]:
    streams = (process.stdin, process.stdout, process.stderr)
    open_descriptors = []
    for stream in streams:
        if stream is None:
            raise ValueError("a sandbox must give its process three pipes")
        os.set_blocking(stream.fileno(), False)
        open_descriptors.append(stream.fileno())
    return open_descriptors[0], open_descriptors[1], open_descriptors[2]


class _Incoming:
    """A frame that arrives piece by piece.

    Attributes:
        data: what has arrived.
        missing: the number of bytes that can be read next; 0 once the frame is complete.
    """

    def __init__(self) -> None:
        from autograder.sandbox import wire  # see `WorkerProcess.exchange`

        self.data = bytearray()
        self.missing = wire.HEADER.size
        self._lengths: Callable[[bytes], tuple[int, int]] | None = wire.frame_lengths

    def add(self, data: bytes) -> None:
        """Add `data`, which is no longer than what is missing.

        Raises:
            wire.WireError: the header announces too much.
        """
        self.data += data
        self.missing -= len(data)
        if not self.missing and self._lengths is not None:
            self.missing, self._lengths = sum(self._lengths(bytes(self.data))), None


class CpuMeter:
    """Processor time of one worker, from readings that are taken now and then.

    A reading takes longer than most exchanges. The time of exchanges without one is an upper bound
    of what they used, and as such left out of the measurement of the exchange that follows.
    """

    def __init__(self) -> None:
        self._read = 0.0
        self._unread = 0.0
        self._base: float | None = None

    @property
    def total(self) -> float:
        """What the worker has used since its start, at most."""
        return self._read + self._unread

    def begin(self) -> None:
        """Start to measure an exchange."""
        self._base = None

    def used(self, reading: float) -> float:
        """Return what the exchange has used so far, at least, after a new `reading`."""
        reading = max(reading, self._read)  # what has ended is not listed any more
        if self._base is None:
            self._base = min(self.total, reading)
        self._read, self._unread = reading, 0.0
        return reading - self._base

    def end(self, elapsed: float) -> None:
        """Count an exchange of `elapsed` seconds, unless a reading has."""
        if self._base is None:
            self._unread += elapsed


class IdleMeter:
    """Time in which a worker wanted no processor and no disk, from readings now and then.

    A busy machine cannot have caused it. What lies between readings that are far apart is left
    out: there the grader itself may have waited for a processor.
    """

    #: Seconds between readings that are near enough.
    NEAR = 0.5

    def __init__(self) -> None:
        self.total = 0.0
        self._last: tuple[float, float] | None = None

    def begin(self) -> None:
        """Start to measure an exchange."""
        self._last = None

    def note(self, now: float, busy: float) -> None:
        """Note a reading: `busy` seconds were used or waited for until `now`."""
        if self._last is not None:
            elapsed, spent = now - self._last[0], busy - self._last[1]
            if elapsed <= self.NEAR and spent >= 0:  # infinite or undefined: not known
                self.total += max(elapsed - spent, 0.0)
        self._last = now, busy
