"""Callbacks of a check: objects that stay with the grader and that the submission may call.

A function whose gradient a student's code has to find, or a model that it has to sample from, is
the grader's own: nothing of it enters the worker but its name. Each call crosses the channel while
the worker waits, within the deadline of the request that passed the callback.
"""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass
from typing import Any

from autograder.sandbox import wire
from autograder.sandbox.wire import CallbackRef

#: The number of a callback, and the method or attribute that was asked for.
CalledBack = tuple[int, str]


@dataclass(frozen=True)
class Callback:
    """`target`, of which a submission may use what is listed in `names`."""

    target: Any
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """What a report calls it."""
        return str(getattr(self.target, "__name__", type(self.target).__name__))

    @property
    def methods(self) -> tuple[str, ...]:
        """What of it can be called."""
        return tuple(name for name in self.names if callable(getattr(self.target, name, None)))

    @property
    def attributes(self) -> tuple[str, ...]:
        """The rest: it is read anew each time, and may come to be only later."""
        return tuple(name for name in self.names if name not in self.methods)

    def reference(self, number: int) -> CallbackRef:
        """Return what crosses the wire in its place."""
        return CallbackRef(number, self.name, self.methods, self.attributes)


def callback(target: Any, *names: str) -> Callback:
    """Return an argument for the code under test that runs in the grader's process.

    What arrives there is a plain copy of what the submission passed: `target` has to look at it
    before it trusts it. An exception that it raises reaches the submission as a `ValueError`. What
    it keeps from call to call has to be in its attributes: a diagnosis starts from a copy of it.

    Args:
        target: a function, or any object.
        names: the methods that may be called and the attributes that may be read; by default the
            object itself may be called.
    """
    return Callback(target, names or ("__call__",))


def unnumbered(value: object) -> CallbackRef:
    """Return what a recording holds in place of a callback, however many came before it.

    Raises:
        wire.WireError: it is no callback.
    """
    if not isinstance(value, Callback):
        raise wire.WireError(f"a {type(value).__name__}")
    return value.reference(0)


class CallbackTable:
    """The callbacks of one check, by number."""

    def __init__(self) -> None:
        self._callbacks: dict[int, Callback] = {}
        self._noted = 0
        self._made: Counter[CalledBack] = Counter()

    def stand_in(self, value: object) -> CallbackRef:
        """Return what crosses the wire in place of `value`.

        Raises:
            wire.WireError: it is no callback of this check.
        """
        if not isinstance(value, Callback):
            raise wire.WireError(f"a {type(value).__name__}")
        number = len(self._callbacks) + 1
        self._callbacks[number] = value
        return value.reference(number)

    def forget(self) -> None:
        """Remove all callbacks."""
        self._callbacks.clear()
        self._noted = 0
        self._made.clear()

    def new(self) -> dict[int, Callback]:
        """Return copies of the callbacks that are new since the last call, in their initial
        state."""
        fresh = {n: copy.deepcopy(c) for n, c in self._callbacks.items() if n > self._noted}
        self._noted = len(self._callbacks)
        return fresh

    def restore(self, callbacks: dict[int, Callback]) -> None:
        """Add copies of `callbacks`, under their old numbers."""
        self._callbacks.update(copy.deepcopy(callbacks))

    def made(self) -> dict[CalledBack, int]:
        """Return how often each callback was called since the last call, by its number and name."""
        made, self._made = dict(self._made), Counter()
        return made

    def answer(self, question: list[Any]) -> dict[str, Any]:
        """Call what a submission asks for.

        Args:
            question: the number of the callback, a name, arguments and keyword arguments.

        Returns:
            ``value``, or ``error``, a text.

        Raises:
            wire.WireError: it is no question about a callback of this check.
        """
        callback, name, args, kwargs = self._asked(question)
        self._made[question[0], name] += 1
        try:
            value = getattr(callback.target, name)
            return {"value": value(*args, **kwargs) if callable(value) else value}
        except Exception as error:
            return {"error": f"{error}"}

    def reply(self, frame: bytes) -> bytes:
        """Answer code that runs in this process, as `answer` does, over the same wire."""
        return wire.encode(self.answer(wire.decode_frame(frame)["question"]))

    def _asked(self, question: list[Any]) -> tuple[Callback, str, list[Any], dict[str, Any]]:
        if [type(part) for part in question] != [int, str, list, dict]:
            raise wire.WireError("a question that is none")
        number, name, args, kwargs = question
        callback = self._callbacks.get(number)
        is_text = all(type(key) is str for key in kwargs)
        if callback is None or name not in callback.names or not is_text:
            raise wire.WireError("a question about an unknown callback")
        return callback, name, args, kwargs
