"""The requests of a check, asked of other code: a solution, or a solution with a mistake in it.

It is our own code, and runs in this process through the worker's dispatcher, as the reference
does. Requests are read again from the frames that were sent, and each handle of the submission's
objects is replaced by that of the object which the same step made here.
"""

from __future__ import annotations

from types import CodeType, ModuleType
from typing import Any, Protocol

from autograder.checks.budget import check
from autograder.isolation import wire
from autograder.isolation.host.callbacks import CallbackTable
from autograder.isolation.host.faults import Crashed
from autograder.isolation.host.requests import Outcome
from autograder.isolation.host.transcript import Exchange
from autograder.isolation.host.translate import fault_from, outcomes_from
from autograder.isolation.wire import Handle
from autograder.isolation.worker.dispatcher import Dispatcher
from autograder.isolation.worker.faults import NotDefinedError
from framework.models.parts import PartSource, parts_from

#: Stands for an object that was not made here.
NOBODY = Handle(0, "")


class Module(Protocol):
    """Who is asked."""

    def load(self) -> None:
        """Import it."""

    def attribute(self, name: str) -> Any:
        """What it defines as `name`."""


class SourceModule:
    """A text as a module, run on first use.

    Args:
        name: the module that it stands in for.

    Attributes:
        namespace: what it defines; empty before it is run.
    """

    def __init__(self, source: str, name: str) -> None:
        self._code: CodeType = compile(source, f"<{name}>", "exec", dont_inherit=True)
        self._name = name
        self.namespace: dict[str, Any] = {}

    def load(self) -> None:
        """Run it, unless it was."""
        if not self.namespace:
            module = ModuleType(self._name)
            self.namespace = module.__dict__
            exec(self._code, self.namespace)

    def attribute(self, name: str) -> Any:
        """What it defines as `name`."""
        self.load()
        try:
            return self.namespace[name]
        except KeyError:
            raise NotDefinedError(f"{self._name} does not define {name}") from None


class Replay:
    """One check, played again from its first request.

    Args:
        module: who is asked.
        parts: where its networks get their parts from.
    """

    def __init__(self, module: Module, parts: PartSource) -> None:
        self._callbacks = CallbackTable()
        self._dispatcher = Dispatcher(module, ask=self._callbacks.reply)
        self._parts = parts
        self._handles: dict[int, Handle] = {}

    def answer(self, exchange: Exchange) -> Exchange:
        """What is answered here to the request of `exchange`."""
        steps = steps_of(exchange)
        self._callbacks.restore(exchange.callbacks)
        request = {"id": 0, "fresh": False, "steps": self._translated(steps)}
        with parts_from(self._parts):
            reply = self._dispatcher.answer(request)
            returned = wire.decode_frame(self._dispatcher.encoded(reply))
        check()  # the dispatcher takes everything that is raised for a fault of the code it runs
        error, outcomes = outcomes_from(returned, 0, steps)
        for theirs, ours in zip(exchange.outcomes, outcomes, strict=False):
            self._learn(theirs, ours)
        if error is None:
            return Exchange(exchange.frame, tuple(outcomes))
        fault = fault_from(error, ["?"] * len(steps), "")
        raised = (fault.raised if isinstance(fault, Crashed) else "") or type(fault).__name__
        return Exchange(exchange.frame, tuple(outcomes), raised, fault.message)

    def _learn(self, theirs: Outcome, ours: Outcome) -> None:
        if isinstance(theirs.value, Handle) and isinstance(ours.value, Handle):
            self._handles[theirs.value.id] = ours.value

    def _translated(self, value: Any) -> Any:
        """`value` with the handles of this replay."""
        if isinstance(value, Handle):
            return self._handles.get(value.id, NOBODY)
        if isinstance(value, (list, tuple)):
            return type(value)(self._translated(item) for item in value)
        if isinstance(value, dict):
            return {key: self._translated(item) for key, item in value.items()}
        return value


def steps_of(exchange: Exchange) -> list[list[Any]]:
    """The steps of a request, as the worker reads them."""
    steps: list[list[Any]] = wire.decode_frame(exchange.frame)["steps"]
    return steps
