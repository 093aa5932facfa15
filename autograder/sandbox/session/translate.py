"""From what the worker said, or how it ended, to outcomes and faults. Trusts none of it."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, TypeVar

import numpy as np

from autograder.sandbox.confine import Limits
from autograder.sandbox.session import process as channel
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
    TimedOut,
)
from autograder.sandbox.session.output import plain_text
from autograder.sandbox.session.requests import Outcome
from autograder.sandbox.session.time_limits import TimeLimit
from autograder.sandbox.values import named_arrays, same_form, zip_leaves
from autograder.sandbox.wire import Handle, WireError

_Kind = TypeVar("_Kind", list[Any], dict[Any, Any])

#: Maximum number of lines of a file; larger line numbers are invalid.
MAX_LINES = 1_000_000

#: The submission may print such lines itself: a number has no more digits than `MAX_LINES` allows.
_STACK_LINE = re.compile(r'^  File "([^"]+)", line (\d{1,6}) in (\S+)$', re.MULTILINE)
_STACK_START = re.compile(
    r"^(Fatal Python error: .*|Current thread .*|Thread 0x.*|Stack .*most recent call first.*)$",
    re.MULTILINE,
)


def question_in(reply: Any, number: int) -> list[Any] | None:
    """Return the worker's question about a callback, sent before its reply; else None.

    Raises:
        WireError: it asks on behalf of another request.
    """
    if type(reply) is not dict or type(reply.get("question")) is not list:
        return None
    if type(reply.get("id")) is not int or reply["id"] != number:
        raise WireError("a question of another request")
    question: list[Any] = reply["question"]
    return question


def outcomes_from(
    reply: Any, number: int, steps: Sequence[list[Any]]
) -> tuple[dict[str, Any] | None, list[Outcome]]:
    """Return the error (or None) and the outcomes in `reply`.

    Args:
        steps: of the request, as they crossed the wire.

    Raises:
        WireError: it is not a reply to request `number`.
    """
    if type(reply) is not dict or type(reply.get("id")) is not int or reply["id"] != number:
        raise WireError("a reply to another request")
    error, results = reply.get("error"), reply.get("results")
    if type(results) is not list or not (error is None or type(error) is dict):
        raise WireError("a reply without results")
    if len(results) > len(steps) or (error is None) != (len(results) == len(steps)):
        raise WireError("a reply with another number of results")
    return error, _with_effects(steps, [_outcome(result) for result in results])


def _with_effects(steps: Sequence[list[Any]], outcomes: list[Outcome]) -> list[Outcome]:
    """Return `outcomes` with what the observations among `steps` show, told with the calls."""
    found = list(outcomes)
    for place, (step, outcome) in enumerate(zip(steps, outcomes, strict=False)):
        if step[0] != "observe":
            continue
        _, of, sharing = step
        given, call = dict(named_arrays(steps[of][3], steps[of][4])), found[of]
        changed = _unlike(given, _seen(outcome.value, "arguments"))
        aliased = call.aliased
        if sharing:
            unchanged = dict.fromkeys(given, call.value)
            aliased = _unlike(unchanged, _seen(outcome.value, "results"))
        # `dataclasses.replace` takes several times as long.
        found[of] = Outcome(call.value, call.is_method, changed, aliased, call.args, call.kwargs)
        found[place] = Outcome()
    return found


def _seen(observed: Any, what: str) -> dict[str, Any]:
    """Return `what` was observed, by the names of arrays."""
    seen = observed.get(what) if type(observed) is dict else None
    if type(seen) is not dict:
        raise WireError(f"an observation without {what}")
    return seen


def _unlike(expected: dict[str, Any], seen: dict[str, Any]) -> tuple[str, ...]:
    """Return the names under which something else than `expected` was `seen`."""
    return tuple(name for name, value in expected.items() if not _same_bytes(seen.get(name), value))


def _same_bytes(first: Any, second: Any) -> bool:
    """Return whether two values are equal to the last bit; all objects of the worker are equal."""
    return same_form(first, second) and all(
        _same_leaf(*pair) for _, *pair in zip_leaves(first, second)
    )


def _same_leaf(first: Any, second: Any) -> bool:
    if isinstance(second, np.ndarray | np.generic):
        sent = second.astype(second.dtype.newbyteorder("<"), copy=False)  # as the wire does
        is_array = isinstance(first, np.ndarray) and first.dtype == sent.dtype
        return is_array and first.shape == sent.shape and first.tobytes() == sent.tobytes()
    if isinstance(second, Handle):
        return isinstance(first, Handle)
    return type(first) is type(second) and repr(first) == repr(second)  # NaN is NaN


def parts_in(reply: Any) -> set[str]:
    """Return the parts that the worker says it has used; no verdict depends on them."""
    names = reply.get("parts") if type(reply) is dict else None
    return set(_names(names))


def _outcome(result: Any) -> Outcome:
    if type(result) is not dict:
        raise WireError("a result that is no result")
    return Outcome(
        value=result.get("value"),
        is_method=result.get("is_method") is True,
        args=tuple(_of_kind(list, result.get("args"))),
        kwargs=_of_kind(dict, result.get("kwargs")),
    )


def _of_kind(kind: type[_Kind], value: Any) -> _Kind:
    if value is not None and type(value) is not kind:
        raise WireError(f"a result whose arguments are no {kind.__name__}")
    return kind() if value is None else value


def _names(value: Any) -> tuple[str, ...]:
    return tuple(_text(name, 80) for name in value[:16]) if type(value) is list else ()


def _text(value: Any, limit: int) -> str:
    return plain_text(str(value))[:limit] if type(value) in (str, int) else ""


def fault_from(error: dict[str, Any], texts: Sequence[str], exercise: str) -> SubmissionFault:
    """Return the fault that an error reply stands for."""
    kind, name = _text(error.get("kind"), 30), _text(error.get("type"), 100)
    message = _text(error.get("message"), 2000)
    frames = tuple(_frames(error.get("frames")))
    step = error.get("step")
    call = texts[step] if type(step) is int and 0 <= step < len(texts) else texts[-1]
    if kind == "part_missing":
        return Blocked(message, frames, call)
    if kind == "not_written" and frames and frames[-1].file != f"{exercise}.py":
        return Blocked(f"needs '{PurePath(frames[-1].file).stem}'", frames, call)
    if kind == "not_defined":
        return NotDefined(message, frames, call, _text(error.get("name"), 100))
    if kind == "not_written":
        return NotWritten(message or NOT_WRITTEN, frames, call)
    if kind == "memory":
        return OutOfMemory(_joined("asked for too much memory", message), frames, call)
    if kind == "unsendable":
        return Crashed(f"returned what cannot be sent back: {message}", frames, call)
    if name in BREAKPOINTS:
        return Crashed(NO_DEBUGGER, frames, call, raised=name)
    message = _joined(name or "raised an exception", message)
    if name == "SystemExit":
        return Crashed(f"tried to end the program: {message}", frames, call, raised=name)
    return Crashed(message, frames, call, raised=name)


def import_fault(fault: SubmissionFault) -> SubmissionFault:
    """Return the fault of an import for a `fault` that happened during one.

    A NotImplementedError there is no task that waits to be written, and ends as a crash. The
    message of one that took too long names the import, and the line that it was in.
    """
    if type(fault) is NotWritten:
        message = "" if fault.message == NOT_WRITTEN else fault.message
        told = _joined("NotImplementedError", message)
        fault = Crashed(told, fault.frames, fault.call, raised="NotImplementedError")
    if isinstance(fault, TimedOut):
        where = f"{fault.frames[-1].place}, " if fault.frames else ""
        fault.message = f"the import of the file takes too long: {where}{fault.message}"
    fault.at_import = True
    return fault


def _joined(what: str, message: str) -> str:
    return f"{what}: {message}" if message else what


def _frames(value: Any) -> list[Frame]:
    found = []
    for item in value if type(value) is list else []:
        if type(item) is list and len(item) == 3 and _is_line(item[1]):
            found.append(Frame(PurePath(_text(item[0], 100)).name, item[1], _text(item[2], 100)))
    return found[:12]


def _is_line(value: Any) -> bool:
    return type(value) is int and 0 <= value < MAX_LINES


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


def broken_off(
    failure: Exception,
    limit: TimeLimit,
    limits: Limits,
    frames: tuple[Frame, ...],
    call: str,
) -> SubmissionFault:
    """Return the fault for an exchange that ended in `failure` and not in a reply.

    Args:
        limit: of the exchange.
        limits: of the worker.
    """
    if isinstance(failure, channel.CpuExceededError):
        return TimedOut(f"no answer within {limit.cpu:.3g} s of processor time", frames, call)
    if isinstance(failure, channel.DeadlineError):
        return TimedOut(f"no answer within {limit.wall:.3g} s", frames, call, stalled=True)
    if isinstance(failure, channel.MemoryExceededError):
        mebibytes = limits.memory >> 20
        return OutOfMemory(f"used more than {mebibytes:,} MiB of memory", frames, call)
    if isinstance(failure, channel.TooManyThreadsError):
        return Crashed(f"started more than {limits.threads} threads or processes", frames, call)
    if isinstance(failure, channel.DiedError):
        return died(failure.status, frames, call)
    if isinstance(failure, channel.StrayReplyError):
        return Crashed("wrote to the grader's channel without being asked", frames, call)
    return Crashed(f"what came back is not an answer: {failure}", frames, call)


def died(status: int | None, frames: tuple[Frame, ...], call: str) -> SubmissionFault:
    """Return the fault for a worker that ended with `status` (negative or 128 + n: signal n)."""
    if status is None:
        return Crashed("closed the channel to the grader", frames, call)
    number = -status if status < 0 else status - 128
    if status >= 0 and status <= 128:
        return Crashed(f"ended the process itself (exit status {status})", frames, call)
    try:
        name = signal.Signals(number).name
    except ValueError:
        return Crashed(f"the process ended with status {status}", frames, call)
    if name == "SIGKILL":
        return Crashed("the process was killed (SIGKILL)", frames, call)
    if name == "SIGXCPU":
        return Crashed("used more processor time than allowed", frames, call)
    words = {"SIGSEGV": "segmentation fault", "SIGABRT": "abort", "SIGFPE": "arithmetic error"}
    return Crashed(f"the process died: {words.get(name, name)}", frames, call)
