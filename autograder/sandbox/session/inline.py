"""A provider as the code under test: trusted, and in this process.

The reference that submissions are compared with, and the providers graded with ``--provider``,
answer through the worker's own dispatcher, and values are copied and checked as the wire does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.sandbox import wire
from autograder.sandbox.session.callbacks import CallbackTable
from autograder.sandbox.session.faults import SubmissionFault
from autograder.sandbox.session.requests import Outcome, Step
from autograder.sandbox.session.session import Session
from autograder.sandbox.session.translate import fault_from, outcomes_from
from autograder.sandbox.worker.dispatcher import Dispatcher, ModuleSource
from autograder.sandbox.worker.exceptions import NotDefinedError
from framework.models.parts import PartSource, parts_from
from framework.providers.registry import Registry


class ProviderModule:
    """The implementations of one provider under the names that an exercise's file would use.

    Args:
        names: task name -> registry name.
    """

    def __init__(self, registry: Registry, provider: str, names: Mapping[str, str]) -> None:
        self._registry, self._provider, self._names = registry, provider, names

    def load(self) -> None:
        """Do nothing: implementations are imported on first use."""

    def attribute(self, name: str) -> Any:
        """Return the provider's implementation of the task `name`."""
        registered = self._names.get(name, "")
        if not self._registry.offers(registered, self._provider):
            raise NotDefinedError(f"'{self._provider}' offers no {name}")
        return self._registry.get(registered, self._provider)


class InlineSession(Session):
    """A conversation with a provider in this process.

    Args:
        arrays: the provider's arrays.
        parts: where its networks get their parts from.
    """

    def __init__(self, module: ModuleSource, arrays: Any, parts: PartSource) -> None:
        super().__init__()
        self._callbacks = CallbackTable()
        self._dispatcher = Dispatcher(module, arrays, ask=self._callbacks.reply)
        self._parts = parts
        self._fresh = True

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order; raises a `SubmissionFault` if one fails."""
        texts = self.calls.describe(steps)
        error, outcomes = self.answers(steps)
        if error is not None:
            fault = self._fault(error, texts)
            fault.method = self.calls.method_of(fault.call)
            raise fault
        self.calls.note(steps, outcomes)
        return outcomes

    def answers(self, steps: Sequence[Step]) -> tuple[dict[str, Any] | None, list[Outcome]]:
        """Run the steps; returns the error that one ended with, or None, and the outcomes."""
        plain = [step.plain() for step in steps]
        request = {"id": 0, "fresh": self._fresh, "steps": plain}
        frame = wire.encode(request, self._callbacks.stand_in)
        self._fresh, self.calls.entered = False, True
        self.calls.sent(frame)
        with parts_from(self._parts):
            reply = self._sent_back(self._dispatcher.answer(wire.decode_frame(frame)))
        return outcomes_from(reply, 0, plain)

    def _sent_back(self, reply: dict[str, Any]) -> Any:
        """Return `reply` as it arrives: new objects, so that `calls` can tell answers apart."""
        return wire.decode_frame(self._dispatcher.encoded(reply))

    def begin(self) -> None:
        """Start a check: objects of earlier ones are forgotten."""
        super().begin()
        self._fresh = True
        self._callbacks.forget()

    def _fault(self, error: dict[str, Any], texts: Sequence[str]) -> SubmissionFault:
        return fault_from(error, texts, "")
