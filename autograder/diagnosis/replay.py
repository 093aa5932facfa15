"""Replay of the requests of a check on other code: a solution, or a changed solution.

The code is trusted. It runs in this process through the worker's dispatcher, as the reference
does. Requests are decoded from the frames that were sent. Each handle of an object of the
submission is replaced by the handle of the object that the same step created here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import ModuleType
from typing import Any

from autograder.course.reading import Exercise
from autograder.diagnosis.solution_changes.search import check_lines
from autograder.sandbox import wire
from autograder.sandbox.session.faults import Crashed
from autograder.sandbox.session.inline import CallbackTable
from autograder.sandbox.session.session import Exchange, fault_from, outcomes_from
from autograder.sandbox.wire import Handle, map_leaves
from autograder.sandbox.worker.dispatcher import Dispatcher, ModuleSource
from autograder.sandbox.worker.loading import NotDefinedError
from framework.models.parts import PartSource, parts_from

#: The handle for an object that was not created in the replay.
UNKNOWN_OBJECT = Handle(0, "")


class SourceModule:
    """A module made from source text, executed on first use; its namespace is empty before.

    Raises:
        SyntaxError: the text is no Python.
    """

    def __init__(self, source: str, name: str) -> None:
        self.source = source
        self._code = compile(source, f"<{name}>", "exec", dont_inherit=True)
        self._name = name
        self.namespace: dict[str, Any] = {}

    def load(self) -> None:
        """Execute the source once."""
        if not self.namespace:
            self.namespace = vars(ModuleType(self._name))
            exec(self._code, self.namespace)

    def attribute(self, name: str) -> Any:
        """Return what it defines as `name`."""
        self.load()
        try:
            return self.namespace[name]
        except KeyError:
            raise NotDefinedError(f"{self._name} does not define {name}") from None


@dataclass(eq=False)
class Replayer:
    """Sends the requests of checks of `exercise` to its solution and to changed solutions.

    Args:
        parts: the source of the parts of other exercises; its own come from the replayed module.
    """

    exercise: Exercise
    parts: PartSource
    _modules: dict[str, SourceModule] = field(default_factory=dict)

    @cached_property
    def source(self) -> str:
        """The text of the solution."""
        return self.exercise.solution_source()

    @property
    def solution(self) -> SourceModule:
        """The solution."""
        return self.module(self.source)

    def module(self, source: str) -> SourceModule:
        """Return the module of this source text, cached.

        Raises:
            SyntaxError: the text is no Python.
        """
        if source not in self._modules:
            self._modules[source] = SourceModule(source, self.exercise.name)
        return self._modules[source]

    def answers(self, module: ModuleSource, exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
        """Yield the answers of `module` to the requests of `exchanges`, in order."""
        own = {task.registry_name: task.name for task in self.exercise.tasks}
        callbacks = CallbackTable()
        dispatcher = Dispatcher(module, ask=callbacks.reply)
        handles: dict[int, Handle] = {}

        def part(name: str) -> Any:
            return module.attribute(own[name]) if name in own else self.parts(name)

        def here(leaf: Any) -> Any:
            return handles.get(leaf.id, UNKNOWN_OBJECT) if isinstance(leaf, Handle) else leaf

        for exchange in exchanges:
            steps = exchange.plain_steps()
            callbacks.restore(exchange.callbacks)
            with parts_from(part):
                reply = dispatcher.answer(
                    {"id": 0, "fresh": False, "steps": map_leaves(here, steps)}
                )
                returned = wire.decode_frame(dispatcher.encoded(reply))
            check_lines()  # the dispatcher reports every exception as a fault of the code it runs
            error, outcomes = outcomes_from(returned, 0, steps)
            for theirs, ours in zip(exchange.outcomes, outcomes, strict=False):
                if isinstance(theirs.value, Handle) and isinstance(ours.value, Handle):
                    handles[theirs.value.id] = ours.value
            answer = Exchange(exchange.frame, tuple(outcomes), called_back=callbacks.made())
            yield answer if error is None else _raised(answer, error, len(steps))


def _raised(answer: Exchange, error: Any, steps: int) -> Exchange:
    """Return `answer` with the exception that ended it."""
    fault = fault_from(error, ["?"] * steps, "")
    raised = (fault.raised if isinstance(fault, Crashed) else "") or type(fault).__name__
    return replace(answer, raised=raised, message=fault.message)
