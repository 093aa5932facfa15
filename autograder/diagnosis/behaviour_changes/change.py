"""A change of the behaviour of a solution's methods."""

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
    """A call that a change may alter before it is made.

    Args:
        owner: the object of the method; None for a function.
        bound: its arguments; a change may alter them.
        namespace: the module of the solution; a change may alter it during the call.
        function: the called function.
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
    """A change of behaviour, with the sentence that describes it.

    Args:
        call: makes the changed call.
        methods: the changed methods; all public ones if empty.
    """

    id: str
    sentence: str
    call: Callable[[PendingCall], Any]
    methods: tuple[str, ...] = ()


class ChangedSolution:
    """The solution with a change in its `task`."""

    def __init__(self, solution: SourceModule, task: str, change: Change) -> None:
        self._solution, self._task, self._change = solution, task, change
        self.id, self.sentence = change.id, change.sentence

    def load(self) -> None:
        """Run the solution."""
        self._solution.load()

    def attribute(self, name: str) -> Any:
        """Return its definition of `name`, changed if it is the task."""
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
            if depth:  # an inner call: the change is already made
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
    """Return the names of the public methods that `cls` itself defines."""
    return (name for name, value in vars(cls).items() if callable(value) and name[0] != "_")
