"""A conversation with one submission: requests, deadlines, restarts, and the faults they end in.

`SandboxSession.run` is the way of a request: it is described in words, encoded and sent to the
worker (`process`), whose `dispatcher` runs its steps; the reply is read and recorded.
"""

from __future__ import annotations

import math
import os
import re
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from autograder.sandbox import wire
from autograder.sandbox.session.calls import EndedCalls, RemoteCall
from autograder.sandbox.session.faults import (
    NOT_WRITTEN,
    Blocked,
    Crashed,
    Frame,
    InfrastructureFault,
    NotWritten,
    OutOfMemory,
    SubmissionFault,
    TimedOut,
)
from autograder.sandbox.session.inline import CallbackTable
from autograder.sandbox.session.process import Launch, TimeLimit, UsageMeter, WorkerProcess
from autograder.sandbox.session.requests import EndCheck, Load, Outcome, Step
from autograder.sandbox.session.session import (
    Exchange,
    Session,
    Transcript,
    fault_from,
    joined,
    names_in,
    outcomes_from,
    question_in,
)
from framework.errors import SandboxError
from framework.log import logger

#: What breaks an exchange off.
BROKE_OFF = (SubmissionFault, wire.WireError, MemoryError)
#: The possible errors of a start: the program is missing, the system refuses it, or an answer is
#: invalid.
NO_START = (OSError, SandboxError, SubmissionFault, wire.WireError, KeyError, TypeError)

#: Names of the requests that no check has made, in reports.
IMPORT, SETTLING = "importing the file", "settling"
#: The worker writes its Python stack when this share of the time of a request is left, or these
#: seconds where they are more: timers of a busy machine ring late.
STACK_SHARE, STACK_SECONDS = 0.05, 0.1
#: Maximum wall time, in multiples of the processor time: the machine may be busy.
WALL_FACTOR = 8.0

#: The submission may print such lines itself: a number has no more digits than a file has lines.
_STACK_LINE = re.compile(r'^  File "([^"]+)", line (\d{1,6}) in (\S+)$', re.MULTILINE)
_STACK_START = re.compile(
    r"^((?:Fatal Python error|Windows fatal exception): .*|"
    r"Current thread .*|Thread 0x.*|Stack .*most recent call first.*)$",
    re.MULTILINE,
)

_log = logger("worker")


@dataclass(frozen=True)
class Deadlines:
    """Limits in seconds of processor time.

    Attributes:
        start: of a worker, in wall time: no submission runs yet.
        load: import of the file.
        call: one request.
        total: all of an exercise, later starts of workers included.
    """

    start: float = 20.0
    load: float = 10.0
    call: float = 5.0
    total: float = 60.0


class TimeBudget:
    """The time of one exercise: `total` seconds of processor time for all of its workers."""

    def __init__(self, total: float) -> None:
        self.total = total
        self.used_up = f"the exercise's {total:g} s of processor time are used up"
        self.wall = 0.0
        self._meters: list[UsageMeter] = []
        self._free = 0.0

    def note_start(self, meter: UsageMeter, wall: float) -> None:
        """Count what the `meter` of a new worker shows from now on; the first start is free."""
        if self._meters:
            self.wall += wall
        else:
            self._free = meter.cpu
        self._meters.append(meter)

    @property
    def left(self) -> TimeLimit:
        """What is left of processor time, and of wall time."""
        used = sum(meter.cpu for meter in self._meters) - self._free
        return TimeLimit(self.total - used, WALL_FACTOR * self.total - self.wall)

    def limit(self, cpu: float) -> TimeLimit:
        """Return the limit of an exchange of `cpu` seconds, at most of what is left.

        Raises `TimedOut` if nothing is left.
        """
        left = self.left
        if left.cpu <= 0:
            raise TimedOut(self.used_up)
        if left.wall <= 0:
            raise TimedOut(f"the exercise took {self.wall:.0f} s", stalled=True)
        return TimeLimit(min(cpu, left.cpu), min(WALL_FACTOR * cpu, left.wall))


class SandboxSession(Session):
    """A submission in a sandboxed worker.

    A worker serves check after check until a fault; the next request then gets a fresh one. An
    import that fails is not tried again, nor is a start: the grader does so in a new session.
    """

    def __init__(self, launch: Launch, folder: str, exercise: str, deadlines: Deadlines) -> None:
        super().__init__()
        self.transcript = Transcript()
        self._launch = launch
        self._folder, self._exercise, self._deadlines = folder, exercise, deadlines
        self._worker: WorkerProcess | None = None
        with suppress(*NO_START):  # tried again, and reported, when it is needed
            self._worker = WorkerProcess(launch)
        self._loaded = False
        self._lasting: SubmissionFault | InfrastructureFault | None = None
        self._callbacks = CallbackTable()
        self._fresh = True
        self._printed = ""
        self._budget = TimeBudget(deadlines.total)
        self._ended = EndedCalls()

    def begin(self, check: str = "") -> None:
        """Start a check: objects of earlier ones are forgotten."""
        self.transcript = None  # what ends the last check is no part of it
        self._end_check()
        super().begin(check)
        self._fresh = True
        self.transcript = Transcript()
        self._callbacks.forget()
        self.printed()

    def printed(self, *, keep: bool = False) -> str:
        """Return what was printed since the last call."""
        if self._worker is not None:
            self._printed += self._worker.output.take()
        text = self._printed
        if not keep:
            self._printed = ""
        return text.replace(self._folder + os.sep, "")  # temporary, and its name random

    def close(self) -> None:
        """Kill the worker."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order; raises a `SubmissionFault` if one fails."""
        texts = self.calls.describe(steps)
        refused = self._ended.in_the_way(self.calls.called)
        if refused is not None:  # it has ended a worker, and would do so again
            call, fault = refused
            raise Blocked(f"waits for {call.method}: {fault.message}", stalled=fault.stalled)
        try:
            worker = self._ready_worker()
            outcomes = self._exchange(worker, steps, texts, self._deadlines.call, self.calls.made)
        except SubmissionFault as fault:
            fault.method = self.calls.method_of(fault.call)
            raise
        self._ended.note_answers(self.calls.called)
        self.calls.note(steps, outcomes)
        return outcomes

    def _ready_worker(self) -> WorkerProcess:
        """Return the worker that has imported the file; start a new one if there is none."""
        if self._lasting is not None:
            raise self._lasting.with_traceback(None)  # or it would grow with every check
        if self._worker is not None and self._loaded:
            return self._worker
        self._budget.limit(self._deadlines.load)  # nothing is started where no time is left
        worker = self._started()
        try:
            self._exchange(worker, [Load()], [IMPORT], self._deadlines.load)
        except SubmissionFault as fault:
            self._lasting = import_fault(fault)
            raise self._lasting from None
        self._loaded = self._fresh = True
        return worker

    def _started(self) -> WorkerProcess:
        """Return a worker that is ready for the import."""
        name, started = self._launch.sandbox.name, time.monotonic()
        try:
            worker = self._worker = self._worker or WorkerProcess(self._launch)
            greeting = worker.exchange(b"", TimeLimit(math.inf, self._deadlines.start))
            self._budget.note_start(worker.meter, time.monotonic() - started)
            self.uncontained = tuple(map(str, greeting["uncontained"]))
            self._launch.sandbox.require(self.uncontained)
            _log.info("started for %s under %s", self._exercise, name)
            return worker
        except NO_START as error:
            self._discard()
            said = self._printed.strip()[-500:]
            reason = f"{type(error).__name__} {error}{said and ', and said: '}{said}"
            _log.info("did not start for %s: %s", self._exercise, reason)
        self._lasting = InfrastructureFault(f"the worker did not start under {name}: {reason}")
        raise self._lasting

    def _exchange(
        self,
        worker: WorkerProcess,
        steps: Sequence[Step],
        texts: Sequence[str],
        seconds: float,
        made: Sequence[RemoteCall] = (),
    ) -> list[Outcome]:
        """Send a request, answer the questions about its callbacks, and return its outcomes.

        `texts` has the steps in words; `made` the call behind each, none if no check asks.
        """
        limit = self._budget.limit(seconds)
        number, plain = secrets.randbits(62), [step.plain() for step in steps]
        warned = {"cpu": _stack_after(limit.cpu), "wall": _stack_after(limit.wall)}
        request = {"id": number, "seconds": warned, "steps": plain}
        try:
            frame = wire.encode(request, self._callbacks.stand_in)
        except wire.WireError as error:
            if not self.calls.entered:
                raise
            # What a check draws itself can be sent, so the value came from the submission.
            message = f"what it returned is too much to be handed back to it: {error}"
            raise Crashed(message, call=texts[-1]) from None
        self.calls.sent(frame)
        callbacks = self._callbacks.new()
        failure: Exception | None = None
        started = time.monotonic()

        def answer(reply: Any) -> bytes | None:
            question = question_in(reply, number)
            return None if question is None else wire.encode(self._callbacks.answer(question))

        try:
            reply = worker.exchange(frame, limit, answer)
            failed, outcomes = outcomes_from(reply, number, plain)
            if made or failed is not None:  # what a file tries when it is imported is no check's
                self.calls.note_tasks(names_in(reply.get("called")))  # they earn no points
        except BROKE_OFF as reason:
            failure = reason
        elapsed = time.monotonic() - started
        self._budget.wall += elapsed
        if failure is not None:
            raise self._lost(failure, texts[-1])
        self._fresh = False
        fault = None if failed is None else fault_from(failed, texts, self._exercise)
        if self.transcript is not None:
            called_back = self._callbacks.made()
            exchange = Exchange(frame, tuple(outcomes), "", "", tuple(made), callbacks, called_back)
            self.transcript.add(exchange, fault, elapsed)
        if failed is None or fault is None:
            return outcomes
        if made:  # a task of the name that is not defined would have run
            missing = names_in([failed.get("name")])
            self.calls.note_tasks(f"{self._exercise}.{name}" for name in missing)
        if isinstance(fault, OutOfMemory):
            self._discard()  # it may still hold what it took
        raise fault

    def _lost(self, failure: Exception, text: str) -> SubmissionFault:
        """Return the fault for an exchange that broke off; `text` is its last step in words."""
        self._discard()
        if self.transcript is not None:
            self.transcript.give_up()
        fault = failure
        if not isinstance(fault, SubmissionFault):
            fault = Crashed(f"what came back is not an answer: {failure}")
        fault.frames, self._printed = hanging_frames(self._printed, self._folder)
        fault.call = text
        is_used_up = self._budget.left.cpu <= 0
        if is_used_up and isinstance(fault, TimedOut) and not fault.stalled:
            fault = TimedOut(self._budget.used_up, fault.frames, text)
        if text not in (IMPORT, SETTLING) and not is_used_up:
            call = self.calls.that_hangs(fault.frames)
            fault.call = call.text or fault.call
            self._ended.note_end(call, fault)
        return fault

    def _end_check(self) -> None:
        """Have the worker let go of the last check's objects; one that cannot is replaced.

        Leftover objects and threads must not affect the next check.
        """
        if self._worker is None or not self._loaded or self._fresh:
            return
        self._fresh = True
        try:
            self._exchange(self._worker, [EndCheck()], [SETTLING], self._deadlines.call)
        except SubmissionFault:
            self._discard()

    def _discard(self) -> None:
        """End the worker: the next request gets a fresh one."""
        if self._worker is not None:
            _log.info("ended for %s: the next request gets a fresh one", self._exercise)
            self._worker.close()
            self._printed += self._worker.output.take()
            self._worker = None
        self._loaded = False


def _stack_after(seconds: float) -> float:
    """Return when the worker writes its stack, of the time of a request."""
    return seconds - max(STACK_SHARE * seconds, min(STACK_SECONDS, seconds / 2))


def import_fault(fault: SubmissionFault) -> SubmissionFault:
    """Return the fault of an import for a `fault` that happened during one.

    A NotImplementedError there is no task that waits to be written, and ends as a crash. The
    message of one that took too long names the import, and the line that it was in.
    """
    if type(fault) is NotWritten:
        message = "" if fault.message == NOT_WRITTEN else fault.message
        told = joined("NotImplementedError", message)
        fault = Crashed(told, fault.frames, fault.call, raised="NotImplementedError")
    if isinstance(fault, TimedOut):
        where = f"{fault.frames[-1].place}, " if fault.frames else ""
        fault.message = f"the import of the file takes too long: {where}{fault.message}"
    fault.at_import = True
    return fault


def hanging_frames(printed: str, folder: str) -> tuple[tuple[Frame, ...], str]:
    """Return the submission's frames in the stack in `printed`, and the text without the stack."""
    start = _STACK_START.search(printed)
    if start is None:
        return (), printed
    frames = [
        Frame(PurePath(file).name, int(line), function)
        for file, line, function in _STACK_LINE.findall(printed[start.start() :])
        if str(PurePath(file).parent) == folder
    ]
    return tuple(reversed(frames[:12])), printed[: start.start()]
