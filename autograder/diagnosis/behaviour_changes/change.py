"""One thing that is different about the methods of a solution."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from autograder.diagnosis.replay import SourceModule

FORWARD, BACKWARD, INIT, STEP = "forward", "backward", "__init__", "step"


@dataclass(frozen=True)
class PendingCall:
    """A call that is about to be made.

    Args:
        owner: whose method it is; None for a function.
        bound: its arguments, which may be changed.
        namespace: of the solution, which may be changed for the time of the call.
        function: what is called.
    """

    owner: Any
    bound: inspect.BoundArguments
    namespace: dict[str, Any]
    function: Callable[..., Any]

    def run(self) -> Any:
        """Make the call."""
        return self.function(*self.bound.args, **self.bound.kwargs)


@dataclass(frozen=True)
class Change:
    """What is different, and what to say of it.

    Args:
        call: makes the call, in its own way.
        methods: the methods that it is about; all public ones if empty.
    """

    id: str
    sentence: str
    call: Callable[[PendingCall], Any]
    methods: tuple[str, ...] = ()


class ChangedSolution:
    """The solution, but for its `task`, in which a change is made."""

    def __init__(self, solution: SourceModule, task: str, change: Change) -> None:
        self._solution, self._task, self._change = solution, task, change
        self.id, self.sentence = change.id, change.sentence

    def load(self) -> None:
        """Run the solution."""
        self._solution.load()

    def attribute(self, name: str) -> Any:
        """What it defines as `name`."""
        value = self._solution.attribute(name)
        if name != self._task:
            return value
        if not inspect.isclass(value):
            return self._changed(value)
        methods = self._change.methods or public_methods(value)
        body = {m: self._changed(getattr(value, m), True) for m in methods if hasattr(value, m)}
        return type(value.__name__, (value,), body)

    def _changed(self, function: Callable[..., Any], is_method: bool = False) -> Callable[..., Any]:
        signature, namespace = inspect.signature(function), self._solution.namespace
        depth = 0

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            nonlocal depth
            if depth:  # by itself, from within: the change is made already
                return function(*args, **kwargs)
            owner = args[0] if is_method else None
            depth += 1
            try:
                bound = signature.bind(*args, **kwargs)
                return self._change.call(PendingCall(owner, bound, namespace, function))
            finally:
                depth -= 1

        return call


def public_methods(cls: type) -> Iterator[str]:
    """The methods that `cls` defines itself."""
    return (name for name, value in vars(cls).items() if callable(value) and name[0] != "_")
