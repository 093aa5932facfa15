"""The recorded calls of a check as one list, and those that one call depends on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.results.report import MAX_FACT, CheckResult
from autograder.sandbox.session.calls import RemoteCall
from autograder.sandbox.session.process import shown
from autograder.sandbox.session.requests import Assign, Build, Call, CallAgain, Get, Step
from autograder.sandbox.session.session import Exchange
from autograder.sandbox.wire import Handle, Result, leaves

#: The steps that a program makes; the others only observe.
MADE = (Call, CallAgain, Build, Get, Assign)


@dataclass(frozen=True)
class Origin:
    """The action that returned an object, and the keys that lead to it in the returned value."""

    action: int
    path: tuple[Any, ...] = ()


@dataclass
class Action:
    """One step of a check.

    Attributes:
        made: the call behind it.
        base: the place of the first action of the same request.
        origins: handle -> where its object comes from, for all objects up to here.
    """

    step: Step
    made: RemoteCall
    base: int
    origins: dict[int, Origin] = field(repr=False)

    def origin(self, value: Handle | Result) -> Origin:
        """Return where the object that `value` stands for comes from."""
        if isinstance(value, Result):
            return Origin(self.base + value.index)
        return self.origins[value.id]

    @property
    def owner(self) -> Origin | None:
        """The object that the step is about; None for the module."""
        owner = getattr(self.step, "owner", None)
        return self.origin(owner) if owner is not None else None

    @property
    def used(self) -> list[int]:
        """The actions that returned its owner and the objects among its arguments."""
        given = [getattr(self.step, name, None) for name in ("owner", "args", "kwargs", "values")]
        return [self.origin(value).action for value in objects_in(given)]


def objects_in(value: Any) -> Iterator[Handle | Result]:
    """Yield the objects of the submission in `value`."""
    return (leaf for _, leaf in leaves(value) if isinstance(leaf, Handle | Result))


def actions_in(exchanges: Sequence[Exchange]) -> list[Action]:
    """Return the steps of all exchanges, in order."""
    actions: list[Action] = []
    origins: dict[int, Origin] = {}
    for exchange in exchanges:
        base = len(actions)
        for step, made in zip(exchange.steps, exchange.calls, strict=True):
            actions.append(Action(step, made, base, origins))
        for index, outcome in enumerate(exchange.outcomes, base):
            for path, leaf in leaves(outcome.value):
                if isinstance(leaf, Handle):
                    origins[leaf.id] = Origin(index, path)
    return actions


def place_of_fault(actions: Sequence[Action], result: CheckResult) -> int | None:
    """Return the place of the call at fault; None where no single call is.

    Of a check that passes it is the last call.
    """
    called = [
        index
        for index, action in enumerate(actions)
        if isinstance(action.step, Call | CallAgain | Build)
    ]
    if not result.message:
        return called[-1] if called else None
    for index in reversed(called):
        made = actions[index].made
        words = shown(made.method, MAX_FACT), shown(made.text, MAX_FACT)
        if words == (result.method, result.call):
            return index
    return None


def needed_for(actions: Sequence[Action], last: int) -> list[int]:
    """Return the places of the actions that action `last` depends on, and `last` itself.

    An object depends on every call that may have changed it: those of which it, or a part of it,
    is the owner or an argument.
    """
    kept, objects = {last}, set(_roots(actions, last))
    for index in range(last - 1, -1, -1):
        action = actions[index]
        is_made = isinstance(action.step, MADE)
        if index in objects or (is_made and objects.intersection(_roots(actions, index))):
            kept.add(index)
            objects.update(_roots(actions, index), action.used)
    used = {earlier for index in kept for earlier in actions[index].used}
    # Reading an attribute has an effect only if it is used.
    return [i for i in sorted(kept) if i in used or not isinstance(actions[i].step, Get)]


def _roots(actions: Sequence[Action], index: int) -> Iterator[int]:
    """Yield the actions that built the objects which action `place` uses."""
    action = actions[index]
    if isinstance(action.step, CallAgain):
        yield from _roots(actions, latest_call(actions, index))
    for used in action.used:
        yield used
        yield from _roots(actions, used) if isinstance(actions[used].step, Get) else ()


def latest_call(actions: Sequence[Action], index: int) -> int:
    """Return the place of the call that the `CallAgain` at `place` makes again."""
    return max(p for p in range(index) if isinstance(actions[p].step, Call))
