"""What every conversation offers, with the code under test or with the reference.

A `Session` runs the steps of requests, and an `Exchange` keeps one request with its answer. How a
worker's reply is read stands here too: nothing of it is trusted.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePath
from typing import Any, cast

import numpy as np

from autograder.sandbox import wire
from autograder.sandbox.session.calls import CallLog, RemoteCall
from autograder.sandbox.session.faults import (
    BREAKPOINTS,
    NO_DEBUGGER,
    NOT_WRITTEN,
    Blocked,
    Crashed,
    Frame,
    NotDefined,
    NotWritten,
    OutOfMemory,
    SubmissionFault,
)
from autograder.sandbox.session.process import MAX_LINES, plain_text
from autograder.sandbox.session.requests import Callback, Outcome, Step, steps_in
from autograder.sandbox.wire import Handle, WireError, named_arrays, same_bytes

#: The number of a callback, and the method or attribute that was asked for.
CalledBack = tuple[int, str]

#: Maximum number of requests of a transcript; a check with more trains a model, and its answers
#: explain nothing.
MAX_EXCHANGES = 400
MAX_BYTES = 2 << 20

#: Maximum number of names that are read from one reply.
MAX_NAMES = 64


class Session(ABC):
    """A conversation with the code under test, or with the reference.

    Attributes:
        uncontained: sentences about what the sandbox could not contain on this system.
        transcript: of this check; None if it is not recorded.
        is_on_record: whether answers are recorded, or come from a recording. What a submission has
            learned is not known when a recording is made, so no answer may depend on it.
        unconfirmed: whether this check did without an answer for learned parameters.
    """

    uncontained: tuple[str, ...] = ()
    is_on_record = False
    unconfirmed = False
    transcript: Transcript | None = None

    def __init__(self) -> None:
        self.calls = CallLog()

    @abstractmethod
    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order; raises a `SubmissionFault` if one fails."""

    def begin(self, check: str = "") -> None:
        """Start the check with the id `check`: objects of earlier ones are forgotten."""
        self.calls.clear()

    def keep_forms(self, steps: slice = slice(None)) -> None:  # noqa: B027 - most record nothing
        """Note that the check reads only shapes and dtypes of `steps` of the latest answer."""

    def lose(self, handle: Handle) -> None:  # noqa: B027 - others than recordings answer everything
        """Give no answers about the object of `handle` from now on: it has learned parameters."""

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        """Return the generator of this check: `rng`, or another in its place."""
        return rng

    def printed(self, *, keep: bool = False) -> str:
        """Return what was printed since the last call, where it is captured.

        With `keep`, the next call returns it, too.
        """
        return ""

    @contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Keep the requests of a block out of the transcript: they would explain nothing."""
        kept, self.transcript = self.transcript, None
        try:
            yield
        finally:
            self.transcript = kept

    def close(self) -> None:  # noqa: B027 - most conversations have no process to end
        """End the conversation."""


class ForwardingSession(Session):
    """A conversation that passes its requests on to another one, `inner`."""

    def __init__(self, inner: Session) -> None:
        self._inner = inner
        self.calls = inner.calls

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order; raises a `SubmissionFault` if one fails."""
        return self._inner.run(steps)

    def begin(self, check: str = "") -> None:
        """Start a check: objects of earlier ones are forgotten."""
        self._inner.begin(check)

    def printed(self, *, keep: bool = False) -> str:
        """Return what was printed since the last call."""
        return self._inner.printed(keep=keep)

    def close(self) -> None:
        """End the conversation."""
        self._inner.close()


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    Attributes:
        frame: the request as it was sent, so that nothing can change it afterwards.
        outcomes: of its steps, up to the one that failed.
        raised: the type of the exception that ended it; empty if none did.
        message: that type, and what the exception said.
        calls: behind each step; empty for the import of the file.
        callbacks: the callbacks of this request by number, in their state before it.
        called_back: how often each callback was called.
    """

    frame: bytes
    outcomes: tuple[Outcome, ...] = ()
    raised: str = ""
    message: str = ""
    calls: tuple[RemoteCall, ...] = ()
    callbacks: dict[int, Callback] = field(default_factory=dict)
    called_back: dict[CalledBack, int] = field(default_factory=dict)

    def plain_steps(self) -> list[list[Any]]:
        """Return the steps of the request as they arrive: each time new values, to be changed."""
        steps: list[list[Any]] = wire.decode_frame(self.frame)["steps"]
        return steps

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the request."""
        return steps_in(self.frame)

    @property
    def is_import(self) -> bool:
        """Whether the request is the import of the submitted file, which no check makes."""
        return self.plain_steps() == [["load"]]

    @property
    def size(self) -> int:
        """Bytes of the request and of the arrays in the answer, near enough."""
        return len(self.frame) + sum(outcome.size for outcome in self.outcomes)


def request_frame(steps: Sequence[Step], stand_in: Callable[[object], Any] | None = None) -> bytes:
    """Return the frame of a request without a number; `stand_in` is `foreign` of `wire.encode`."""
    return wire.encode({"steps": [step.plain() for step in steps]}, stand_in)


def copied(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Return deep copies of `outcomes`: a check may change what it gets."""
    return tuple(map(copy.deepcopy, outcomes))


class Transcript:
    """The exchanges of one check, in order, as they were: a check may change what it got.

    Attributes:
        complete: everything was recorded, and nothing broke off. Only then are there exchanges.
        seconds: that the answers took altogether.
    """

    def __init__(self) -> None:
        self.complete = True
        self.exchanges: list[Exchange] = []
        self.seconds = 0.0
        self._bytes = 0

    def add(
        self, exchange: Exchange, fault: SubmissionFault | None = None, seconds: float = 0.0
    ) -> None:
        """Record `exchange`, or give up where the transcript grows too long.

        Of the faults that end one, only an exception of the submission is an answer.
        """
        self.seconds += seconds
        if not self.complete:
            return
        self._bytes += exchange.size
        raised = fault.raised if fault is not None else ""
        broke_off = fault is not None and not raised
        if broke_off or len(self.exchanges) >= MAX_EXCHANGES or self._bytes > MAX_BYTES:
            self.give_up()
            return
        message = fault.message if fault is not None else ""
        kept = copied(exchange.outcomes)
        self.exchanges.append(replace(exchange, outcomes=kept, raised=raised, message=message))

    def give_up(self) -> None:
        """Forget everything: the check is too long, or a request was never answered."""
        self.complete = False
        self.exchanges.clear()


def question_in(reply: Any, number: int) -> list[Any] | None:
    """Return the worker's question about a callback, sent before its reply; else None."""
    if type(reply) is not dict or type(reply.get("question")) is not list:
        return None
    if type(reply.get("id")) is not int or reply["id"] != number:
        raise WireError("a question of another request")
    return cast(list[Any], reply["question"])


def outcomes_from(
    reply: Any, number: int, steps: Sequence[list[Any]]
) -> tuple[dict[str, Any] | None, list[Outcome]]:
    """Return the error (or None) and the outcomes in `reply`.

    Raises a `WireError` unless it is a reply to request `number` with these `steps`, as they
    crossed the wire.
    """
    if type(reply) is not dict or type(reply.get("id")) is not int or reply["id"] != number:
        raise WireError("a reply to another request")
    error, results = reply.get("error"), reply.get("results")
    if type(results) is not list or not (error is None or type(error) is dict):
        raise WireError("a reply without results")
    if len(results) > len(steps) or (error is None) != (len(results) == len(steps)):
        raise WireError("a reply with another number of results")
    outcomes = list(map(_outcome, results))
    for index, (step, outcome) in enumerate(zip(steps, tuple(outcomes), strict=False)):
        if step[0] == "observe":
            outcomes[step[1]] = _with_effects(step, steps, outcomes[step[1]], outcome.value)
            outcomes[index] = Outcome()
    return error, outcomes


def _outcome(result: Any) -> Outcome:
    if type(result) is not dict:
        raise WireError("a result that is no result")
    args, kwargs = result.get("args"), result.get("kwargs")
    for kind, given in ((tuple, args), (dict, kwargs)):
        if given is not None and type(given) is not kind:
            raise WireError(f"a result whose arguments are no {kind.__name__}")
    is_method = result.get("is_method") is True
    return Outcome(result.get("value"), is_method, args=args or (), kwargs=kwargs or {})


def _with_effects(
    step: list[Any], steps: Sequence[list[Any]], call: Outcome, observed: Any
) -> Outcome:
    """Return the outcome of a call with what the observation `step` shows of it."""
    _, of, sharing = step
    given = dict(named_arrays(steps[of][3], steps[of][4]))
    changed, aliased = _unlike(given, observed, "arguments"), call.aliased
    if sharing:
        aliased = _unlike(dict.fromkeys(given, call.value), observed, "results")
    return replace(call, changed=changed, aliased=aliased)


def _unlike(expected: dict[str, Any], observed: Any, what: str) -> tuple[str, ...]:
    """Return the names under which `what` was `observed` is not `expected`, to the last bit."""
    seen = observed.get(what) if type(observed) is dict else None
    if type(seen) is not dict:
        raise WireError(f"an observation without {what}")
    return tuple(name for name in expected if not same_bytes(seen.get(name), expected[name]))


def names_in(value: Any) -> tuple[str, ...]:
    """Return the names in a part of a reply, bounded and safe to show."""
    return tuple(_safe(name, 100) for name in value[:MAX_NAMES]) if type(value) is list else ()


def _safe(value: Any, limit: int) -> str:
    return plain_text(str(value))[:limit] if type(value) in (str, int) else ""


def fault_from(error: dict[str, Any], texts: Sequence[str], exercise: str) -> SubmissionFault:
    """Return the fault that an error reply stands for; `texts` has the steps in words."""
    kind, name = _safe(error.get("kind"), 30), _safe(error.get("type"), 100)
    message = _safe(error.get("message"), 2000)
    frames = tuple(_frames(error.get("frames")))
    step = error.get("step")
    call = texts[step] if type(step) is int and 0 <= step < len(texts) else texts[-1]
    if kind == "part_missing":
        return Blocked(message, frames, call)
    if kind == "not_written" and frames and frames[-1].file != f"{exercise}.py":
        return Blocked(f"needs '{PurePath(frames[-1].file).stem}'", frames, call)
    if kind == "not_defined":
        return NotDefined(message, frames, call, name=_safe(error.get("name"), 100))
    if kind == "not_written":
        return NotWritten(message or NOT_WRITTEN, frames, call)
    if kind == "memory":
        return OutOfMemory(joined("asked for too much memory", message), frames, call)
    if kind == "unsendable":
        return Crashed(f"returned what cannot be sent back: {message}", frames, call)
    if name in BREAKPOINTS:
        return Crashed(NO_DEBUGGER, frames, call, raised=name)
    message = joined(name or "raised an exception", message)
    if name == "SystemExit":
        message = f"tried to end the program: {message}"
    return Crashed(message, frames, call, raised=name)


def joined(what: str, message: str) -> str:
    """Return `what`, and after a colon the `message`, if there is one."""
    return f"{what}: {message}" if message else what


def _frames(value: Any) -> list[Frame]:
    return [
        Frame(PurePath(_safe(item[0], 100)).name, item[1], _safe(item[2], 100))
        for item in (value if type(value) is list else [])
        if type(item) is list and len(item) == 3
        if type(item[1]) is int and 0 <= item[1] < MAX_LINES
    ][:12]
