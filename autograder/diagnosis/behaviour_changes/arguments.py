"""Changes of arguments: ignored, exchanged, or another value."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.diagnosis.behaviour_changes.change import (
    BACKWARD,
    FORWARD,
    INIT,
    Change,
    PendingCall,
    public_methods,
)

#: The name of arguments that say what counts.
MASK = "mask"


def other_arguments(task: str, value: Any) -> Iterator[Change]:
    """Yield changes of the arguments of a function, or of the methods of a class."""
    for method, function in _callables(value):
        who = f"Your {task if method in ('', INIT) else method}"
        methods = (method,) if method else ()
        parameters = [
            parameter
            for parameter in inspect.signature(function).parameters.values()
            if parameter.name not in ("self", "rng")
        ]
        for parameter in parameters:
            yield from _changes(who, methods, parameter)
        for one, other in pairwise(parameter.name for parameter in parameters):
            sentence = f"{who} uses {one} as {other}, and {other} as {one}."
            yield Change("swapped-arguments", sentence, partial(_swapped, one, other), methods)


def _callables(value: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    if not inspect.isclass(value):
        yield "", value
        return
    for name in (INIT, *public_methods(value)):
        yield name, getattr(value, name)


def _changes(who: str, methods: tuple[str, ...], parameter: inspect.Parameter) -> Iterator[Change]:
    name = parameter.name
    if parameter.default is not parameter.empty:
        sentence = f"{who} ignores its argument {name}."
        yield Change("ignores-argument", sentence, partial(_dropped, name), methods)
    if methods in ((), (INIT,)):
        for words, other in OTHER_VALUES.items():
            sentence = f"{who} computes as if {name} were {words.format(name)}."
            yield Change("another-option", sentence, partial(_replaced, name, other), methods)
    if name == MASK:
        sentence = f"{who} ignores its argument {name}: everything counts."
        yield Change("ignores-argument", sentence, partial(_replaced, name, _ones), methods)
    if methods == (BACKWARD,):
        sentence = f"Your backward ignores {name}, its upstream gradient."
        yield Change("ignores-upstream", sentence, partial(_replaced, name, _ones), methods)
    if methods == (FORWARD,):
        for words, by in (("early", -1), ("late", 1)):
            sentence = f"Your forward uses {name} one step too {words}."
            call = partial(_replaced, name, partial(_moved, by))
            yield Change(f"one-step-{words}", sentence, call, methods)


def _dropped(name: str, pending: PendingCall) -> Any:
    _raise_for_impossible(pending)
    pending.bound.arguments.pop(name, None)
    return pending.run()


def _swapped(one: str, other: str, pending: PendingCall) -> Any:
    pending.bound.apply_defaults()
    given = pending.bound.arguments
    given[one], given[other] = given[other], given[one]
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


def _moved(by: int, value: Any) -> Any:
    """Return `value` moved by one step of time; the step at the end keeps its value."""
    if not isinstance(value, np.ndarray) or value.ndim < 2 or value.shape[1] < 2:
        return value
    moved, end = np.roll(value, by, axis=1), -1 if by < 0 else 0
    moved[:, end] = value[:, end]
    return moved


def _opposite(value: Any) -> Any:
    return not value if isinstance(value, bool) else value


def _complement(value: Any) -> Any:
    return 1 - value if isinstance(value, float) else value


def _plus(by: int, value: Any) -> Any:
    return value + by if type(value) is int else value


#: Other values of an option: ``{0}`` is its name.
OTHER_VALUES: dict[str, Callable[[Any], Any]] = {
    "its opposite": _opposite,
    "1 − {0}": _complement,
    "one less": partial(_plus, -1),
    "one more": partial(_plus, 1),
}
