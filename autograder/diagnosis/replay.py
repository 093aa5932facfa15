"""RequestReplay of the requests of a check on other code: a solution, or a changed solution.

The code is trusted. It runs in this process through the worker's dispatcher, as the reference
does. Requests are decoded from the frames that were sent. Each handle of an object of the
submission is replaced by the handle of the object that the same step created here.
"""

from __future__ import annotations

from dataclasses import replace
from types import CodeType, ModuleType
from typing import Any, Protocol

from autograder.diagnosis.solution_changes.search import check_lines
from autograder.sandbox import wire
from autograder.sandbox.session.faults import Crashed
from autograder.sandbox.session.inline import CallbackTable
from autograder.sandbox.session.requests import Outcome
from autograder.sandbox.session.session import Exchange, fault_from, outcomes_from
from autograder.sandbox.wire import Handle, map_leaves
from autograder.sandbox.worker.dispatcher import Dispatcher
from autograder.sandbox.worker.loading import NotDefinedError
from framework.models.parts import PartSource, parts_from

#: The handle for an object that was not created in the replay.
UNKNOWN_OBJECT = Handle(0, "")


class Module(Protocol):
    """The code that answers the requests."""

    def load(self) -> None:
        """Import the code."""

    def attribute(self, name: str) -> Any:
        """Return what it defines as `name`."""


class SourceModule:
    """A module made from source text, executed on first use.

    Args:
        name: the name of the module.

    Attributes:
        source: the text.
        namespace: the names that it defines; empty before it is executed.

    Raises:
        SyntaxError: the text is no Python.
    """

    def __init__(self, source: str, name: str) -> None:
        self.source = source
        self._code: CodeType = compile(source, f"<{name}>", "exec", dont_inherit=True)
        self._name = name
        self.namespace: dict[str, Any] = {}

    def load(self) -> None:
        """Execute the source once."""
        if not self.namespace:
            module = ModuleType(self._name)
            self.namespace = module.__dict__
            exec(self._code, self.namespace)

    def attribute(self, name: str) -> Any:
        """Return what it defines as `name`."""
        self.load()
        try:
            return self.namespace[name]
        except KeyError:
            raise NotDefinedError(f"{self._name} does not define {name}") from None


class RequestReplay:
    """The replay of one check, from its first request.

    Args:
        module: the code that answers the requests.
        parts: the source of the parts of its networks.
    """

    def __init__(self, module: Module, parts: PartSource) -> None:
        self._callbacks = CallbackTable()
        self._dispatcher = Dispatcher(module, ask=self._callbacks.reply)
        self._parts = parts
        self._handles: dict[int, Handle] = {}

    def answer(self, exchange: Exchange) -> Exchange:
        """Return the answer of this module to the request of `exchange`."""
        steps = exchange.plain_steps()
        self._callbacks.restore(exchange.callbacks)
        request = {"id": 0, "fresh": False, "steps": map_leaves(self._own, steps)}
        with parts_from(self._parts):
            reply = self._dispatcher.answer(request)
            returned = wire.decode_frame(self._dispatcher.encoded(reply))
        check_lines()  # the dispatcher reports every exception as a fault of the code it runs
        error, outcomes = outcomes_from(returned, 0, steps)
        called_back = self._callbacks.made()
        for theirs, ours in zip(exchange.outcomes, outcomes, strict=False):
            self._learn(theirs, ours)
        answer = Exchange(exchange.frame, tuple(outcomes), called_back=called_back)
        if error is None:
            return answer
        fault = fault_from(error, ["?"] * len(steps), "")
        raised = (fault.raised if isinstance(fault, Crashed) else "") or type(fault).__name__
        return replace(answer, raised=raised, message=fault.message)

    def _learn(self, theirs: Outcome, ours: Outcome) -> None:
        if isinstance(theirs.value, Handle) and isinstance(ours.value, Handle):
            self._handles[theirs.value.id] = ours.value

    def _own(self, leaf: Any) -> Any:
        """Return `leaf`; the handle of an object here in place of one of the submission."""
        return self._handles.get(leaf.id, UNKNOWN_OBJECT) if isinstance(leaf, Handle) else leaf
