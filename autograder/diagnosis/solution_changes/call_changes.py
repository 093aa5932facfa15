"""A change of behaviour of a solution, and changes of calls.

Arguments are ignored, exchanged or replaced; NumPy functions are missing or replaced; an object
forgets what it keeps between calls.
"""

from __future__ import annotations

import copy
import functools
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.diagnosis.recorded import SourceModule

FORWARD, BACKWARD, INIT, STEP = "forward", "backward", "__init__", "step"


@dataclass(frozen=True)
class PendingCall:
    """A call before it is made. A change may alter its arguments and the solution's namespace.

    Args:
        owner: the object of the method; None for a function.
    """

    owner: Any
    bound: inspect.BoundArguments
    namespace: dict[str, Any]
    function: Callable[..., Any]

    def run(self) -> Any:
        """Make the call."""
        return self.function(*self.bound.args, **self.bound.kwargs)


@dataclass(frozen=True)
class BehaviourChange:
    """A change of behaviour, with the sentence that describes it.

    Args:
        call: makes the changed call.
        methods: the changed methods; empty for all public methods.
    """

    id: str
    sentence: str
    call: Callable[[PendingCall], Any]
    methods: tuple[str, ...] = ()


class ChangedSolution:
    """The solution with a change in its `task`."""

    def __init__(self, solution: SourceModule, task: str, change: BehaviourChange) -> None:
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


#: The name of arguments that say what counts.
MASK = "mask"
#: A word in the annotation of an option, as in ``Literal["pre", "post"]``.
_CHOICE = re.compile(r"""["'](\w+)["']""")


def other_arguments(task: str, value: Any) -> Iterator[BehaviourChange]:
    """Yield changes of the arguments of a function, or of the methods of a class."""
    names = (INIT, *public_methods(value)) if inspect.isclass(value) else ("",)
    for method in names:
        who = f"Your {task if method in ('', INIT) else method}"
        methods = (method,) if method else ()
        function = getattr(value, method) if method else value
        parameters = [
            parameter
            for parameter in inspect.signature(function).parameters.values()
            if parameter.name not in ("self", "rng")
        ]
        for parameter in parameters:
            yield from _changes(who, methods, parameter)
        for first, second in pairwise(parameter.name for parameter in parameters):
            sentence = f"{who} uses {first} as {second}, and {second} as {first}."
            call = partial(_swapped, first, second)
            yield BehaviourChange("swapped-arguments", sentence, call, methods)


def _changes(
    who: str, methods: tuple[str, ...], parameter: inspect.Parameter
) -> Iterator[BehaviourChange]:
    name = parameter.name
    ignores = f"{who} ignores its argument {name}"
    if parameter.default is not parameter.empty:
        yield BehaviourChange("ignores-argument", f"{ignores}.", partial(_dropped, name), methods)
    others: list[tuple[str, str, Callable[[Any], Any]]] = []
    if methods in ((), (INIT,)):
        for words, other in OTHER_VALUES.items():
            sentence = f"{who} computes as if {name} were {words.format(name)}."
            others.append(("another-option", sentence, other))
        for choice in _CHOICE.findall(str(parameter.annotation)):
            sentence = f'{who} computes as if {name} were always "{choice}".'
            others.append(("another-option", sentence, partial(_always, choice)))
    if name == MASK:
        others.append(("ignores-argument", f"{ignores}: everything counts.", _ones))
    if methods == (BACKWARD,):
        sentence = f"Your backward ignores {name}, its upstream gradient."
        others.append(("ignores-upstream", sentence, _ones))
    if methods == (FORWARD,):
        for words, by in (("early", -1), ("late", 1)):
            sentence = f"Your forward uses {name} one step too {words}."
            others.append((f"one-step-{words}", sentence, partial(_moved, by)))
    for change, sentence, other in others:
        yield BehaviourChange(change, sentence, partial(_replaced, name, other), methods)


def _dropped(name: str, pending: PendingCall) -> Any:
    _raise_for_impossible(pending)
    pending.bound.arguments.pop(name, None)
    return pending.run()


def _swapped(first: str, second: str, pending: PendingCall) -> Any:
    pending.bound.apply_defaults()
    given = pending.bound.arguments
    given[first], given[second] = given[second], given[first]
    return pending.run()


def _replaced(name: str, other: Callable[[Any], Any], pending: PendingCall) -> Any:
    _raise_for_impossible(pending)
    pending.bound.apply_defaults()
    value = pending.bound.arguments.get(name)
    if value is not None:
        pending.bound.arguments[name] = other(value)
    return pending.run()


def _raise_for_impossible(pending: PendingCall) -> None:
    """Raise the constructor's error for impossible arguments, also if they are ignored."""
    if pending.function.__name__ == INIT:
        instance = object.__new__(type(pending.owner))
        args, kwargs = copy.deepcopy((pending.bound.args[1:], pending.bound.kwargs))
        pending.function(instance, *args, **kwargs)


def _ones(value: Any) -> Any:
    return np.ones_like(value) if isinstance(value, np.ndarray) else value


def _always(choice: str, value: Any) -> str:
    return choice


def _moved(by: int, value: Any) -> Any:
    """Return `value` moved by one step of time; the step at the end keeps its value."""
    if not isinstance(value, np.ndarray) or value.ndim < 2 or value.shape[1] < 2:
        return value
    moved, end = np.roll(value, by, axis=1), -1 if by < 0 else 0
    moved[:, end] = value[:, end]
    return moved


#: Other values of an option: ``{0}`` is its name.
OTHER_VALUES: dict[str, Callable[[Any], Any]] = {
    "its opposite": lambda value: not value if isinstance(value, bool) else value,
    "1 − {0}": lambda value: 1 - value if isinstance(value, float) else value,
    "one less": lambda value: value - 1 if type(value) is int else value,
    "one more": lambda value: value + 1 if type(value) is int else value,
}


def _same(x: Any, *others: Any, **options: Any) -> Any:
    return x


#: Function -> the description of the change -> the replacement.
OTHERS: dict[str, dict[str, Callable[..., Any]]] = {
    "tanh": {
        "does not apply tanh": _same,
        "uses sigmoid instead of tanh": lambda x: 1 / (1 + np.exp(-x)),
        "uses ReLU instead of tanh": lambda x: np.maximum(x, 0),
    },
    "sqrt": {"does not take the square root": _same},
    "square": {"does not square the values": _same},
    "sum": {"uses mean instead of sum": np.mean},
    "mean": {"uses sum instead of mean": np.sum},
    "sign": {"does not apply sign": _same},
    "maximum": {
        "does not apply maximum": _same,
        "uses tanh instead of a maximum": lambda x, *others, **options: np.tanh(x),
    },
    "exp": {"does not apply exp": _same},
    "log": {"does not take the logarithm": _same},
    "abs": {"does not take the absolute value": _same},
}


def other_functions(task: str, value: Any) -> Iterator[BehaviourChange]:
    """Yield changes of the NumPy functions that a task calls, for each method."""
    for method in public_methods(value) if inspect.isclass(value) else ("",):
        methods = (method,) if method else ()
        for name, others in OTHERS.items():
            for words, other in others.items():
                call = partial(_with_numpy, name, other)
                sentence = f"Your {method or task} {words}."
                yield BehaviourChange("another-function", sentence, call, methods)


def _with_numpy(name: str, other: Callable[..., Any], pending: PendingCall) -> Any:
    before = pending.namespace.get("np")
    pending.namespace["np"] = SimpleNamespace(**{**vars(np), name: other})
    try:
        return pending.run()
    finally:
        pending.namespace["np"] = before


def other_memory(task: str, cls: type) -> Iterator[BehaviourChange]:
    """Yield changes of the values that objects of `cls` keep."""
    if hasattr(cls, STEP):
        sentence = f"Your {task} does not keep its values from earlier steps."
        yield BehaviourChange("forgets", sentence, _as_new, (STEP,))
        sentence = f"Your {task} keeps the learning rate of its first step: the rate may change."
        yield BehaviourChange("keeps-the-rate", sentence, _at_the_first_rate, (STEP,))
    if hasattr(cls, BACKWARD):
        sentence = "Your backward takes the derivative at the output of forward, not at its input."
        yield BehaviourChange("derivative-at-the-output", sentence, _at_the_output, (FORWARD,))


def _as_new(pending: PendingCall) -> Any:
    """Make the call with all dicts of the object emptied."""
    for name, value in vars(pending.owner).items():
        if isinstance(value, dict):
            setattr(pending.owner, name, {})
    return pending.run()


def _at_the_first_rate(pending: PendingCall) -> Any:
    """Make the call with the learning rate of the object's first call."""
    owner, now = pending.owner, pending.owner.learning_rate
    owner.learning_rate = vars(owner).setdefault("_first_rate", now)
    try:
        return pending.run()
    finally:
        owner.learning_rate = now


def _at_the_output(pending: PendingCall) -> Any:
    """Call forward again on its own result, so that backward uses the wrong values."""
    result = pending.run()
    _, first, *_ = pending.bound.arguments
    pending.bound.arguments[first] = result
    pending.run()
    return result
