"""A conversation with one submission: requests, deadlines, restarts, and the faults they end in."""

from __future__ import annotations

import math
import os
import secrets
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from autograder.conversations.exchange import Exchange
from autograder.conversations.transcript import Transcript
from autograder.sandbox import wire
from autograder.sandbox.session import process as channel
from autograder.sandbox.session.callbacks import CallbackTable
from autograder.sandbox.session.calls import RemoteCall
from autograder.sandbox.session.faults import (
    Blocked,
    Crashed,
    Frame,
    InfrastructureFault,
    OutOfMemory,
    SubmissionFault,
    TimedOut,
)
from autograder.sandbox.session.requests import EndCheck, Load, Outcome, Step
from autograder.sandbox.session.session import Session
from autograder.sandbox.session.time_limits import Deadlines, TimeBudget, TimeLimit
from autograder.sandbox.session.translate import (
    broken_off,
    fault_from,
    hanging_frames,
    import_fault,
    outcomes_from,
    parts_in,
    question_in,
)
from framework.errors import SandboxError
from framework.log import logger

#: Its possible errors: the program is missing, the system refuses it, or an answer is invalid.
NO_START = (OSError, SandboxError, channel.ChannelError, wire.WireError, KeyError, TypeError)

#: Names of the requests that no check has made, in reports.
IMPORT, SETTLING = "importing the file", "settling"
#: The worker writes its Python stack when this share of the time of a request is left, or these
#: seconds where they are more: timers of a busy machine ring late.
STACK_SHARE, STACK_SECONDS = 0.05, 0.1

#: What breaks an exchange off.
BROKE_OFF = (channel.ChannelError, wire.WireError, MemoryError)
#: Number of workers that calls of a method may end before it is called no more.
MOST = 2

_log = logger("worker")


class SandboxSession(Session):
    """A submission in a sandboxed worker.

    A worker serves check after check until a fault; the next request then gets a fresh one. What
    makes the import fail makes every later import fail, so it is tried once, and so is a worker
    that does not start: the grader tries again with a session of its own.
    """

    def __init__(
        self, launch: channel.Launch, folder: str, exercise: str, deadlines: Deadlines
    ) -> None:
        super().__init__()
        self.transcript = Transcript()
        self._launch = launch
        self._folder, self._exercise, self._deadlines = folder, exercise, deadlines
        self._worker: channel.WorkerProcess | None = None
        with suppress(*NO_START):  # tried again, and reported, when it is needed
            self._worker = launch.start()
        self._loaded = False
        self._lasting: SubmissionFault | InfrastructureFault | None = None
        self._callbacks = CallbackTable()
        self._fresh = True
        self._printed = ""
        self._budget = TimeBudget(deadlines.total)
        self._ended = EndedCalls()

    def begin(self) -> None:
        """Start a check: objects of earlier ones are forgotten."""
        self.transcript = None  # what ends the last check is no part of it
        self._end_check()
        super().begin()
        self._fresh = True
        self.transcript = Transcript()
        self._callbacks.forget()
        self.printed()

    def printed(self) -> str:
        """Return what was printed since the last call."""
        if self._worker is not None:
            self._printed += self._worker.output.take()
        text, self._printed = self._printed, ""
        return text.replace(self._folder + os.sep, "")  # temporary, and its name random

    def close(self) -> None:
        """Kill the worker."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order; raises a `SubmissionFault` if one fails."""
        texts = self.calls.describe(steps)
        self._refuse_ended_calls()
        try:
            worker = self._ready_worker()
            outcomes = self._exchange(worker, steps, texts, self._deadlines.call, self.calls.made)
        except SubmissionFault as fault:
            fault.method = self.calls.method_of(fault.call)
            raise
        self._ended.note_answers(self.calls.called)
        self.calls.note(steps, outcomes)
        return outcomes

    def _refuse_ended_calls(self) -> None:
        """Refuse a request with a call that has ended a worker and would do so again."""
        refused = self._ended.in_the_way(self.calls.called)
        if refused is not None:
            call, fault = refused
            raise Blocked(f"waits for {call.method}: {fault.message}", stalled=fault.stalled)

    def _ready_worker(self) -> channel.WorkerProcess:
        """Return the worker that has imported the file; start a new one if there is none."""
        if self._lasting is not None:
            raise self._lasting.with_traceback(None)  # or it would grow with every check
        if self._worker is not None and self._loaded:
            return self._worker
        self._limit(self._deadlines.load)  # nothing is started where no time is left
        worker = self._started()
        try:
            self._exchange(worker, [Load()], [IMPORT], self._deadlines.load)
        except SubmissionFault as fault:
            self._lasting = import_fault(fault)
            raise self._lasting from None
        self._loaded = self._fresh = True
        return worker

    def _started(self) -> channel.WorkerProcess:
        """Return a worker that is ready for the import."""
        name, started = self._launch.sandbox.name, time.monotonic()
        try:
            worker = self._worker = self._worker or self._launch.start()
            greeting = worker.exchange(b"", TimeLimit(math.inf, self._deadlines.start))
            self._budget.note_start(worker.cpu, time.monotonic() - started)
            inside = (str(text) for text in greeting["uncontained"])
            self.uncontained = (*inside, *self._launch.sandbox.gaps())
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
        worker: channel.WorkerProcess,
        steps: Sequence[Step],
        texts: Sequence[str],
        seconds: float,
        made: Sequence[RemoteCall] = (),
    ) -> list[Outcome]:
        """Send a request, answer the questions about its callbacks, and return its outcomes.

        Args:
            texts: the steps in words.
            seconds: of processor time that it may take.
            made: the call behind each step; none if no check makes the request.
        """
        limit = self._limit(seconds)
        number, plain = secrets.randbits(62), [step.plain() for step in steps]
        frame = self._frame(number, plain, texts, limit)
        self.calls.entered = True
        self.calls.sent(frame)
        callbacks, failure = self._callbacks.new(), None
        started, used, idle = time.monotonic(), worker.cpu, worker.idle
        try:
            reply = worker.exchange(frame, limit)
            while (question := question_in(reply, number)) is not None:
                answer = wire.encode(self._callbacks.answer(question))
                elapsed = time.monotonic() - started
                left = TimeLimit(limit.cpu - (worker.cpu - used), limit.wall - elapsed)
                reply = worker.exchange(answer, left)
            error, outcomes = outcomes_from(reply, number, plain)
            self.calls.parts |= parts_in(reply)
        except BROKE_OFF as reason:
            failure = reason
        elapsed, waited = time.monotonic() - started, worker.idle - idle
        self._budget.note_exchange(worker.cpu, elapsed, waited)
        if failure is not None:
            raise self._lost(failure, texts, limit, waited)
        self._fresh = False
        fault = None if error is None else fault_from(error, texts, self._exercise)
        if self.transcript is not None:
            called_back = self._callbacks.made()
            exchange = Exchange(frame, tuple(outcomes), "", "", tuple(made), callbacks, called_back)
            self.transcript.add(exchange, fault, elapsed)
        if fault is None:
            return outcomes
        if isinstance(fault, OutOfMemory):
            self._discard()  # it may still hold what it took
        raise fault

    def _frame(
        self, number: int, steps: list[list[Any]], texts: Sequence[str], limit: TimeLimit
    ) -> bytes:
        """Return the frame of request `number`."""
        warned = {"cpu": _stack_after(limit.cpu), "wall": _stack_after(limit.wall)}
        request = {"id": number, "fresh": self._fresh, "seconds": warned, "steps": steps}
        try:
            return wire.encode(request, self._callbacks.stand_in)
        except wire.WireError as error:
            if not self.calls.entered:
                raise
            # What a check draws itself can be sent, so the value came from the submission.
            message = f"what it returned is too much to be handed back to it: {error}"
            raise Crashed(message, call=texts[-1]) from None

    def _limit(self, seconds: float) -> TimeLimit:
        """Return the limit of a request that may take `seconds` of processor time."""
        limit = self._budget.limit(seconds)
        if limit.cpu <= 0:
            raise TimedOut(self._used_up())
        if limit.wall <= 0:
            took = f"the exercise took {self._budget.wall:.0f} s"
            raise TimedOut(took, stalled=not self._budget.is_idle)
        return limit

    def _used_up(self) -> str:
        return f"the exercise's {self._budget.total:g} s of processor time are used up"

    def _lost(
        self, failure: Exception, texts: Sequence[str], limit: TimeLimit, waited: float
    ) -> SubmissionFault:
        """Return the fault for an exchange that broke off; the worker is done for.

        Args:
            waited: seconds in which the worker wanted no processor.
        """
        self._discard()
        if self.transcript is not None:
            self.transcript.give_up()
        frames, self._printed = hanging_frames(self._printed, self._folder)
        is_used_up = self._budget.left.cpu <= 0
        if is_used_up and isinstance(failure, channel.CpuExceededError):
            fault: SubmissionFault = TimedOut(self._used_up(), frames, texts[-1])
        else:
            fault = broken_off(failure, limit, self._launch.limits, frames, texts[-1])
        if fault.stalled and waited > limit.cpu:  # no busy machine has caused it
            fault.stalled = False
            fault.message += f": the code waited for {waited:.3g} s, and computed nothing"
        if texts[-1] not in (IMPORT, SETTLING) and not is_used_up:
            call = call_that_hangs(self.calls.called, fault.frames) or self.calls.latest
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
            self._budget.note_end()
            self._printed += self._worker.output.take()
            self._worker = None
        self._loaded = False


def _stack_after(seconds: float) -> float:
    """Return when the worker writes its stack, of the time of a request."""
    return seconds - max(STACK_SHARE * seconds, min(STACK_SECONDS, seconds / 2))


@dataclass
class _Ended:
    """What a method has done: the fault of its first such call, and the calls themselves."""

    fault: SubmissionFault
    calls: set[str] = field(default_factory=set)


class EndedCalls:
    """Which methods may be called, after some calls have ended their worker.

    A method that has never answered is called once. One that has answered other calls may only
    fail for some arguments: it is called with others, until `MOST` calls have ended a worker.
    """

    def __init__(self) -> None:
        self._ended: dict[str, _Ended] = {}
        self._answered: set[str] = set()

    def note_answers(self, calls: Iterable[RemoteCall]) -> None:
        """Remember that `calls` have returned."""
        self._answered.update(call.method for call in calls)

    def note_end(self, call: RemoteCall, fault: SubmissionFault) -> None:
        """Remember that `call` has ended its worker with `fault`."""
        if call.method:
            self._ended.setdefault(call.method, _Ended(fault)).calls.add(call.text)

    def in_the_way(self, calls: Iterable[RemoteCall]) -> tuple[RemoteCall, SubmissionFault] | None:
        """Return the first of `calls` that is not made again, and the fault that it had."""
        for call in calls if self._ended else ():
            ended = self._ended.get(call.method)
            if ended is not None and self._is_in_the_way(call, ended):
                return call, ended.fault
        return None

    def _is_in_the_way(self, call: RemoteCall, ended: _Ended) -> bool:
        knows_none = call.method not in self._answered
        return knows_none or call.text in ended.calls or len(ended.calls) >= MOST


def call_that_hangs(calls: Iterable[RemoteCall], frames: Iterable[Frame]) -> RemoteCall | None:
    """Return the one of a request's `calls` that the stack of the worker was in, if it tells."""
    made = list(calls)
    for frame in frames:
        for call in made:
            if call.method.rpartition(".")[2] == frame.function:
                return call
    return None
