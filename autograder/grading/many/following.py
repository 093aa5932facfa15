"""A session that asks what checks have asked of other submissions, as long as answers are equal.

Where an answer is new, the check itself runs: it gets the answers to what was asked already, and
goes on with the same worker.
"""

from __future__ import annotations

import copy
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.conversations.exchange import Exchange
from autograder.conversations.transcript import Transcript
from autograder.grading.many.known import (
    Answered,
    Asked,
    KnownAnswers,
    Passed,
    Way,
    first_state,
    state_after,
)
from autograder.isolation import wire
from autograder.isolation.host.calls import RemoteCall
from autograder.isolation.host.faults import InfrastructureFault, SubmissionFault, TimedOut
from autograder.isolation.host.process import ChannelError, Launch, WorkerProcess
from autograder.isolation.host.requests import Outcome, Step
from autograder.isolation.host.sandbox_session import SandboxSession
from autograder.isolation.host.time_limits import Deadlines, TimeLimit
from autograder.isolation.host.translate import fault_from, outcomes_from, parts_in
from autograder.record.results import CheckResult
from autograder.verdicts import Verdict


class DivergedError(Exception):
    """A check asks something else after the same answers: it depends on something else, too."""


@dataclass
class _Exchanged:
    """A request that was made before the check itself runs, and what came back.

    Attributes:
        used: processor time of the worker before it.
        state: after the last frame that came back.
        received: the frames that came back: questions about callbacks, and the reply.
        answers: to these questions; to the last one there may be none yet.
        failure: what broke it off.
    """

    asked: Asked
    number: int
    frame: bytes
    limit: TimeLimit
    used: float
    state: bytes
    received: list[bytearray] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    failure: ChannelError | wire.WireError | MemoryError | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class _Followed:
    """A check that passed without running: its exchanges, after the import of the file if any."""

    transcript: Transcript
    exchanged: tuple[_Exchanged, ...]


class FollowingSession(SandboxSession):
    """A submission in a sandboxed worker, whose answers may be known from others.

    Args:
        known: of the same course, seed and backend.

    Attributes:
        states: id of a check -> the digest of all its answers.
        has_diverged: whether a check did not ask what it had asked before.
    """

    def __init__(
        self,
        launch: Launch,
        folder: str,
        exercise: str,
        deadlines: Deadlines,
        known: KnownAnswers,
    ) -> None:
        super().__init__(launch, folder, exercise, deadlines)
        self._known = known
        self.states: dict[str, bytes] = {}
        self.has_diverged = False
        self._followed: dict[str, _Followed] = {}
        self._ahead: deque[_Exchanged] = deque()
        self._repeated: _Exchanged | None = None
        self._answers = 0  # to questions of the latest request
        self._went_on = 0.0  # when a repeated request went on with the worker
        self._request: tuple[wire.Packed, int] = wire.Packed(b"", b""), 0
        self._way: Way | None = None
        self._is_begun = False

    def begin(self) -> None:
        """Start a check, unless `follow` has; see `SandboxSession.begin`."""
        if self._is_begun:
            self._is_begun = False
            return
        self._way = None
        super().begin()

    def follow(self, check: str) -> CheckResult | None:
        """Start a check, and ask what it asks as long as the answers are known.

        Returns:
            its result if it passed with all these answers; None if it has to run itself. What is
            printed and how long it took is left out.
        """
        self._is_begun = False
        self._ahead.clear()
        self.begin()
        state = first_state(self._exercise, check)
        imported, budget = self._imported(), copy.copy(self._budget)
        exchanged, passed = self._walk(state) if imported else ([], None)
        if passed is None:
            self._is_begun = True
            self._way = Way(state) if imported else None
            self._ahead.extend(exchanged)
            self._budget = budget  # they count when the check makes them
            return None
        self.states[check] = exchanged[-1].state if exchanged else state
        if self.transcript is not None:
            self._followed[check] = _Followed(self.transcript, tuple(exchanged))
        self.calls.parts |= passed.parts
        return passed.result

    def _imported(self) -> bool:
        """Return whether a worker is ready; what hinders it is reported by the check."""
        try:
            self._ready_worker()
        except (SubmissionFault, InfrastructureFault):
            return False
        return True

    def _walk(self, state: bytes) -> tuple[list[_Exchanged], Passed | None]:
        """Make the requests that are known, and return them with the end of the way, if known."""
        exchanged: list[_Exchanged] = []
        entry = self._known.find(state)
        while isinstance(entry, Asked):
            one = self._made(entry, state)
            if one is None:
                return exchanged, None
            exchanged.append(one)
            if one.failure is not None or one.state == state:
                return exchanged, None
            state, asked = one.state, entry
            entry = self._known.find(state)
            if entry is not None and not isinstance(entry, Answered) and entry.after_answer:
                self._ended.note_answers(asked.called)
        return exchanged, entry if isinstance(entry, Passed) else None

    def _made(self, asked: Asked, state: bytes) -> _Exchanged | None:
        """Make a request that follows `state`; return None if it may not be made."""
        worker = self._worker
        if worker is None or self._ended.in_the_way(asked.called) is not None:
            return None
        try:
            limit = self._limit(self._deadlines.call)
        except TimedOut:
            return None
        made = _Exchanged(asked, *self._framed(asked.request, limit), limit, worker.cpu, state)
        started = time.monotonic()
        try:
            self._converse(worker, made, started + limit.wall)
            self._budget.note_exchange(worker.cpu, time.monotonic() - started)
            self._fresh = False
        except (ChannelError, wire.WireError, MemoryError) as failure:
            made.failure = failure
        made.seconds = time.monotonic() - started
        return made

    def _converse(self, worker: WorkerProcess, made: _Exchanged, deadline: float) -> None:
        """Send a request, and answer questions of the worker as long as the answers are known."""
        frame, left, before = made.frame, made.limit, made.state
        while True:
            made.received.append(worker.reply_to(frame, left))
            state = state_after(made.state, made.number, made.received[-1])
            made.state = before if state is None else state
            entry = self._known.find(made.state) if state is not None else None
            if not isinstance(entry, Answered):
                return
            frame = entry.frame
            made.answers.append(frame)
            cpu = made.limit.cpu - (worker.cpu - made.used)
            left = TimeLimit(cpu, deadline - time.monotonic())

    def note(self, check: str, result: CheckResult) -> None:
        """Take note of the result of a check that ran itself."""
        if self._way is None:
            return
        self.states[check] = self._way.state
        if result.verdict is Verdict.PASSED:
            self._known.add(self._way, result)

    def transcripts(self) -> dict[str, Transcript]:
        """Return the transcripts of the checks that passed without running, by their ids."""
        found = self._followed.items()
        return {check: self._transcript(followed) for check, followed in found}

    def _transcript(self, followed: _Followed) -> Transcript:
        transcript = copy.copy(followed.transcript)
        transcript.exchanges = list(transcript.exchanges)
        for one in followed.exchanged:
            plain = wire.decode_frame(one.frame)["steps"]
            *questions, reply = map(wire.decode_frame, one.received)
            error, outcomes = outcomes_from(reply, one.number, plain)
            asked = one.asked
            fault = None if error is None else fault_from(error, asked.texts, self._exercise)
            called_back = Counter((each["question"][0], each["question"][1]) for each in questions)
            exchange = Exchange(
                one.frame,
                tuple(outcomes),
                calls=asked.made,
                callbacks=asked.callbacks,
                called_back=dict(called_back),
            )
            transcript.add(exchange, fault, one.seconds)
        return transcript

    def close(self) -> None:
        """Kill the worker, and forget what it has answered."""
        super().close()
        self._followed.clear()
        self._ahead.clear()

    # What follows are the steps of `SandboxSession._exchange`.

    def _exchange(
        self,
        worker: WorkerProcess,
        steps: Sequence[Step],
        texts: Sequence[str],
        seconds: float,
        made: tuple[RemoteCall, ...] = (),
    ) -> list[Outcome]:
        if not made:  # the import of the file, or the end of a check
            return super()._exchange(worker, steps, texts, seconds, made)
        self._repeated = self._ahead.popleft() if self._ahead else None
        self._went_on = 0.0
        state = self._way.state if self._way is not None else b""
        answered = False
        try:
            outcomes = super()._exchange(worker, steps, texts, seconds, made)
            answered = True
            return outcomes
        finally:
            self._note(state, texts, answered=answered)
            self._repeated = None

    def _note(self, state: bytes, texts: Sequence[str], *, answered: bool) -> None:
        """Remember the exchange that has just ended."""
        way = self._way
        if way is None:
            return
        if self._repeated is not None:
            asked = self._repeated.asked
        else:
            made, called = self.calls.made, self.calls.called
            callbacks = self._callbacks.newest
            asked = Asked(self._request[0], tuple(texts), made, called, way.answered, callbacks)
        way.add(state, asked)
        way.answered = answered

    def _limit(self, seconds: float) -> TimeLimit:
        return self._repeated.limit if self._repeated is not None else super()._limit(seconds)

    def _packed(self, steps: list[list[Any]], texts: Sequence[str]) -> wire.Packed:
        packed = super()._packed(steps, texts)
        if self._repeated is not None and packed != self._repeated.asked.request:
            self.has_diverged = True
            raise DivergedError
        return packed

    def _framed(self, steps: wire.Packed, limit: TimeLimit) -> tuple[int, bytes]:
        if self._repeated is not None:
            return self._repeated.number, self._repeated.frame
        number, frame = super()._framed(steps, limit)
        self._request = steps, number
        return number, frame

    def _began(self, worker: WorkerProcess, limit: TimeLimit) -> tuple[float, float]:
        deadline, used = super()._began(worker, limit)
        if self._repeated is None:
            return deadline, used
        return deadline - self._repeated.seconds, self._repeated.used

    def _first_reply(self, worker: WorkerProcess, frame: bytes, limit: TimeLimit) -> Any:
        return self._reply_to(worker, frame, limit, 0)

    def _next_reply(self, worker: WorkerProcess, answer: bytes, left: TimeLimit) -> Any:
        repeated, way = self._repeated, self._way
        if way is not None:
            way.add(way.state, Answered(answer))
        self._answers += 1
        sent = repeated.answers[self._answers - 1 : self._answers] if repeated is not None else []
        if sent and sent != [answer]:
            self.has_diverged = True
            raise DivergedError
        return self._reply_to(worker, answer, left, self._answers)

    def _reply_to(self, worker: WorkerProcess, frame: bytes, left: TimeLimit, place: int) -> Any:
        """Return what comes back after `place` answers: what came back before, if anything did."""
        self._answers, repeated = place, self._repeated
        if repeated is not None and place < len(repeated.received):
            reply = repeated.received[place]
        elif repeated is not None and repeated.failure is not None:
            raise repeated.failure
        else:
            self._went_on = self._went_on or time.monotonic()
            reply = worker.reply_to(frame, left)
        decoded = wire.decode_frame(reply)
        if self._way is not None:
            number = repeated.number if repeated is not None else self._request[1]
            self._advance(number, reply, parts_in(decoded))
        return decoded

    def _advance(self, number: int, reply: bytearray, parts: set[str]) -> None:
        if self._way is None:
            return
        state = state_after(self._way.state, number, reply)
        if state is None:
            self._way = None
            return
        self._way.state = state
        self._way.parts |= parts

    def _since(self, started: float) -> float:
        if self._repeated is None:
            return super()._since(started)
        went_on = time.monotonic() - self._went_on if self._went_on else 0.0
        return self._repeated.seconds + went_on

    def _discard(self) -> None:
        self._way = None  # a check that goes on with another worker is not remembered
        super()._discard()
