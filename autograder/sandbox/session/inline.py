"""What runs in the grader's own process: callbacks of a check, and providers under test.

The reference that submissions are compared with, and the providers graded with ``--provider``,
answer through the worker's own dispatcher, and values are copied and checked as the wire does it.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.sandbox import wire
from autograder.sandbox.session.faults import NotOffered, ReferenceFailed, SubmissionFault
from autograder.sandbox.session.requests import Callback, Outcome, Step, callback_in
from autograder.sandbox.session.session import (
    CalledBack,
    Exchange,
    Session,
    fault_from,
    outcomes_from,
)
from autograder.sandbox.wire import CallbackRef, Handle, WireError, map_leaves, zip_leaves
from autograder.sandbox.worker.dispatcher import Dispatcher, ModuleSource
from autograder.sandbox.worker.loading import NotDefinedError
from autograder.sandbox.worker.summed_cells import with_sums
from framework.arrays import Arrays
from framework.models.parts import PartSource, parts_from
from framework.providers.registry import Registry

#: The handle of an object that no request has created here.
UNKNOWN = Handle(0, "")


class CallbackTable:
    """The callbacks of one check, by number.

    Each call of one crosses the channel while the worker waits, within the deadline of the request
    that passed it.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Remove all callbacks."""
        self._callbacks: dict[int, Callback] = {}
        self._noted = 0
        self._made: Counter[CalledBack] = Counter()

    def stand_in(self, value: object) -> CallbackRef:
        """Return what crosses the wire in place of `value`, which has to be a callback."""
        number = len(self._callbacks) + 1
        self._callbacks[number] = known = callback_in(value)
        return known.reference(number)

    def new(self) -> dict[int, Callback]:
        """Return copies of the callbacks that are new since the last call, as they are now."""
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
        """Call what a submission asks for; return ``value``, or ``error``, a text.

        Raises a `WireError` unless `question` is the number of a callback of this check, one of its
        names, arguments and keyword arguments.
        """
        if [type(part) for part in question] != [int, str, list, dict]:
            raise WireError("a question that is none")
        number, name, args, kwargs = question
        callback = self._callbacks.get(number)
        is_text = all(type(key) is str for key in kwargs)
        if callback is None or name not in callback.names or not is_text:
            raise WireError("a question about an unknown callback")
        self._made[number, name] += 1
        try:
            value = getattr(callback.target, name)
            return {"value": value(*args, **kwargs) if callable(value) else value}
        except Exception as error:
            return {"error": f"{error}"}

    def reply(self, frame: bytes) -> bytes:
        """Answer code that runs in this process, as `answer` does, over the same wire."""
        return wire.encode(self.answer(wire.decode_frame(frame)["question"]))


class ProviderModule:
    """The implementations of one provider as the module of an exercise.

    `names` has the registered name of each task.
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


class InlineWorker:
    """Answers requests in this process, by the code of `module`.

    Networks get their parts from `parts`; `interrupts` are no answers of the code.
    """

    def __init__(
        self,
        module: ModuleSource,
        arrays: Arrays | None,
        parts: PartSource,
        interrupts: tuple[type[BaseException], ...] = (KeyboardInterrupt,),
    ) -> None:
        self.callbacks = CallbackTable()
        self._dispatcher = Dispatcher(module, arrays, "", self.callbacks.reply, interrupts)
        self._parts = with_sums(parts)
        self._handles: dict[int, Handle] = {}  # by the number in a record

    def forget(self) -> None:
        """Let go of all objects and callbacks: a check has ended."""
        self._dispatcher.forget()
        self.callbacks.forget()

    def run(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run the steps of `request`; returns the reply, with values as they are here."""
        with parts_from(self._parts):
            return self._dispatcher.answer(request)

    def reply(self, request: dict[str, Any]) -> Any:
        """Return the reply to `request` as it would arrive: all values are new."""
        reply = self.run(request)
        with parts_from(self._parts):
            return wire.decode_frame(self._dispatcher.encoded(reply))

    def again(self, exchange: Exchange) -> tuple[dict[str, Any] | None, list[Outcome]]:
        """Make a recorded request again; return the error, or None, and the outcomes."""
        reply = self.reply(self.request_again(exchange))
        error, outcomes = outcomes_from(reply, 0, exchange.plain_steps())
        for recorded, new in zip(exchange.outcomes, outcomes, strict=False):
            for _, theirs, ours in zip_leaves(recorded.value, new.value):
                if isinstance(theirs, Handle) and isinstance(ours, Handle):
                    self._handles[theirs.id] = ours
        return error, outcomes

    def request_again(self, exchange: Exchange) -> dict[str, Any]:
        """Return a recorded request, about the objects that the same steps have created here."""

        def here(leaf: Any) -> Any:
            return self._handles.get(leaf.id, UNKNOWN) if isinstance(leaf, Handle) else leaf

        self.callbacks.restore(exchange.callbacks)
        return {"id": 0, "steps": map_leaves(here, exchange.plain_steps())}


class InlineSession(Session):
    """A conversation with a provider in this process; for the arguments see `InlineWorker`."""

    def __init__(self, module: ModuleSource, arrays: Arrays | None, parts: PartSource) -> None:
        super().__init__()
        self._worker = InlineWorker(module, arrays, parts)

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order; raises a `SubmissionFault` if one fails."""
        texts, plain = self.calls.describe(steps), [step.plain() for step in steps]
        frame = wire.encode({"id": 0, "steps": plain}, self._worker.callbacks.stand_in)
        self.calls.sent(frame)
        error, outcomes = outcomes_from(self._worker.reply(wire.decode_frame(frame)), 0, plain)
        if error is not None:
            fault = self._fault(error, texts)
            fault.method = self.calls.method_of(fault.call)
            raise fault
        self.calls.note(steps, outcomes)
        return outcomes

    def begin(self, check: str = "") -> None:
        """Start a check: objects of earlier ones are forgotten."""
        super().begin(check)
        self._worker.forget()

    def _fault(self, error: dict[str, Any], texts: Sequence[str]) -> SubmissionFault:
        return fault_from(error, texts, "")


class ReferenceSession(InlineSession):
    """The conversation with the reference: a failure there is no fault of a call under test."""

    def run(self, steps: Sequence[Step]) -> list[Outcome]:
        """Run the steps in order; raises `ReferenceFailed` if one fails."""
        try:
            return super().run(steps)
        except SubmissionFault as fault:
            raise ReferenceFailed(f"the reference failed in {fault.call}: {fault}") from fault
        except WireError as error:
            raise ReferenceFailed(f"the reference cannot be asked, or answer: {error}") from error


class ProviderSession(InlineSession):
    """The conversation with a provider that is graded: what it does not offer is skipped."""

    def _fault(self, error: dict[str, Any], texts: Sequence[str]) -> SubmissionFault:
        if error["kind"] == "not_defined":
            return NotOffered(error["message"])
        return super()._fault(error, texts)
