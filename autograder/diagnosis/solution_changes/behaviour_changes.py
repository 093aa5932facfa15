"""The solution with a change of behaviour: no bias, an ignored option, another function.

A change uses only the names and shapes of the parameters and the signatures of the methods. Changes
of parameters, gradients and layers are here; `call_changes.py` has the others.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, permutations
from typing import Any

import numpy as np

from autograder.diagnosis.recorded import SourceModule
from autograder.diagnosis.solution_changes.call_changes import (
    BACKWARD,
    FORWARD,
    BehaviourChange,
    ChangedSolution,
    PendingCall,
    other_arguments,
    other_functions,
    other_memory,
)
from autograder.sandbox.session.requests import Get
from autograder.sandbox.session.session import Exchange

Array = np.ndarray[Any, Any]
Shapes = dict[str, tuple[int, ...]]


def behaviour_changes(
    solution: SourceModule, task: str, answers: Iterable[Exchange]
) -> Iterator[ChangedSolution]:
    """Return all changes of `task`, the most special first; right `answers` show its parameters."""
    value = solution.attribute(task)
    changes = chain(other_arguments(task, value), other_functions(task, value))
    if inspect.isclass(value):
        shapes = _shapes(answers)
        children = re.findall(r"self\.(\w+) = self\.add_child\(", solution.source)
        changes = chain(
            changes,
            other_children(list(dict.fromkeys(children))),
            other_memory(task, value),
            other_gradients(shapes) if hasattr(value, BACKWARD) else (),
            other_parameters(task, shapes),
        )
    return (ChangedSolution(solution, task, change) for change in changes)


def _shapes(answers: Iterable[Exchange]) -> Shapes:
    shapes: Shapes = {}
    for exchange in answers:
        for step, outcome in zip(exchange.steps, exchange.outcomes, strict=False):
            is_read = isinstance(step, Get) and step.name == "parameters"
            if is_read and isinstance(outcome.value, dict):
                shapes |= {name: array.shape for name, array in outcome.value.items()}
    return shapes


#: Numbers of gates that a cell may have.
GATES = (4, 3, 2)
#: The number of axes of a filter: steps of the window, input features, output features.
FILTER = 3


def other_parameters(task: str, shapes: Shapes) -> Iterator[BehaviourChange]:
    """Yield changes of the parameters for all methods, for forward, or for backward.

    The parameters of parts stay as they are: only the parts themselves use them.
    """
    own = _own(shapes)
    for who, methods in ((task, ()), (FORWARD, (FORWARD,)), (BACKWARD, (BACKWARD,))):
        for name in own:
            yield from _changes(who, methods, name, own)
    yield from _other_gates(shapes)


def _own(shapes: Shapes) -> Shapes:
    """Return those of `shapes` that belong to the model itself, not to one of its parts."""
    return {name: shape for name, shape in shapes.items() if "." not in name}


def _changes(
    who: str, methods: tuple[str, ...], name: str, shapes: Shapes
) -> Iterator[BehaviourChange]:
    shape = shapes[name]
    sentence = f"Your {who} does not use {name}: its results are those with {name} = 0."
    yield BehaviourChange("missing-term", sentence, partial(_with, name, np.zeros_like), methods)
    if len(shape) == 2 and shape[0] == shape[1]:
        call = partial(_with, name, np.transpose)
        sentence = f"In your {who} a transpose of {name} is missing or extra."
        yield BehaviourChange("lost-transpose", sentence, call, methods)
    if len(shape) == FILTER:
        sentence = f"Your {who} uses {name} in reverse order: the filter is flipped."
        yield BehaviourChange("reversed", sentence, partial(_with, name, np.flipud), methods)
    for other in (other for other in shapes if other != name and shapes[other] == shape):
        call = partial(_with_other, name, other)
        sentence = f"Your {who} uses {other} instead of {name}."
        yield BehaviourChange("another-parameter", sentence, call, methods)
        if name < other:
            call = partial(_exchanged, name, other)
            sentence = f"Your {who} uses {other} as {name}, and {name} as {other}."
            yield BehaviourChange("exchanged-parameters", sentence, call, methods)


def _with(name: str, change: Callable[[Array], Array], pending: PendingCall) -> Any:
    """Make the call with other values in parameter `name`, set in place for all its users."""
    array = pending.owner.parameters[name]
    saved = array.copy()
    array[...] = change(saved)
    try:
        return pending.run()
    finally:
        array[...] = saved


def _with_other(name: str, other: str, pending: PendingCall) -> Any:
    value = pending.owner.parameters[other].copy()
    return _with(name, lambda _: value, pending)


def _exchanged(name: str, other: str, pending: PendingCall) -> Any:
    """Make the call with two parameters exchanged, and their gradients alike."""

    def exchange() -> None:
        for table in (pending.owner.parameters, pending.owner.gradients):
            if {name, other} <= {*table}:
                table[name][...], table[other][...] = table[other].copy(), table[name].copy()

    exchange()
    try:
        return pending.run()
    finally:
        exchange()


def _other_gates(shapes: Shapes) -> Iterator[BehaviourChange]:
    """Yield changes of the order of the blocks along the last axis of the widest parameters."""
    widths = {shape[-1] for shape in shapes.values() if shape}
    for count in GATES:
        if max(widths, default=1) % count:
            continue
        for order in list(permutations(range(count)))[1:]:
            sentence = (
                f"Your code uses the {count} blocks along the last axis of the parameters in the "
                f"order {', '.join(map(str, order))} instead of 0 to {count - 1}."
            )
            for methods in ((), (FORWARD,)):
                call = partial(_permuted, order)
                yield BehaviourChange("gates-permuted", sentence, call, methods)


def _permuted(order: Sequence[int], pending: PendingCall) -> Any:
    owner = pending.owner
    every = [*owner.parameters.values(), *owner.gradients.values()]
    width = max((array.shape[-1] for array in every if array.ndim), default=1)
    if width % len(order):
        return pending.run()

    def reorder(order: Sequence[int]) -> None:
        for array in every:
            if array.shape[-1:] == (width,):
                blocks = np.split(array.copy(), len(order), axis=-1)
                array[...] = np.concatenate([blocks[i] for i in order], axis=-1)

    reorder(order)
    try:
        return pending.run()
    finally:
        reorder([order.index(i) for i in range(len(order))])


#: The number of averaged axes of the upstream gradient -> their name in messages.
SIZES = {1: "the batch size", 2: "the batch size times the number of steps"}


def other_gradients(shapes: Shapes) -> Iterator[BehaviourChange]:
    """Yield changes of the gradients of all parameters, of all biases, or of one parameter."""
    biases = [name for name, shape in shapes.items() if len(shape) == 1]
    groups = {"the gradients": [*shapes], "the gradients of all biases": biases}
    groups |= {f"gradients['{name}']": [name] for name in _own(shapes)}
    for what, names in groups.items():
        sentence = f"Your backward overwrites {what}: it must add to the existing values."
        yield BehaviourChange("overwritten", sentence, partial(_cleared, names), (BACKWARD,))
        sentence = f"Your backward computes {what} without its upstream gradient."
        call = partial(_with_ones, names)
        yield BehaviourChange("ignores-upstream", sentence, call, (BACKWARD,))
        for axes, size in SIZES.items():
            sentence = f"Your backward divides {what} by {size}: mean is used instead of sum."
            call = partial(_averaged, names, axes)
            yield BehaviourChange("divided-by-a-size", sentence, call, (BACKWARD,))


def _cleared(names: Sequence[str], pending: PendingCall) -> Any:
    for name in names:
        pending.owner.gradients[name][...] = 0
    return pending.run()


def _with_ones(names: Sequence[str], pending: PendingCall) -> Any:
    """Make the call, with the gradients of `names` for an upstream gradient of ones."""
    _, first, *_ = arguments = pending.bound.arguments
    gradients, upstream = pending.owner.gradients, arguments[first]
    before = {name: array.copy() for name, array in gradients.items()}
    arguments[first] = np.ones_like(upstream)
    pending.run()
    changed = {name: gradients[name].copy() for name in names}
    for name, array in before.items():
        gradients[name][...] = array
    arguments[first] = upstream
    result = pending.run()
    for name, array in changed.items():
        gradients[name][...] = array
    return result


def _averaged(names: Sequence[str], axes: int, pending: PendingCall) -> Any:
    gradients = pending.owner.gradients
    before = {name: gradients[name].copy() for name in names}
    result = pending.run()
    _, upstream, *_ = pending.bound.args
    size = max(math.prod(upstream.shape[:axes]), 1)
    for name, start in before.items():
        gradients[name][...] = start + (gradients[name] - start) / size
    return result


def other_children(names: Sequence[str]) -> Iterator[BehaviourChange]:
    """Yield changes in which a network does not use one of the layers with these `names`."""
    for method in (FORWARD, BACKWARD):
        for name in names:
            call = partial(_left_out, name, method)
            sentence = f"Your {method} does not use {name}."
            yield BehaviourChange("missing-layer", sentence, call, (method,))


def _left_out(name: str, method: str, pending: PendingCall) -> Any:
    """Make the call with a layer that returns its input; the layer itself still runs."""
    child = getattr(pending.owner, name)
    function = getattr(child, method)

    def passes(value: Any, *others: Any) -> Any:
        function(value, *others)
        return value

    setattr(child, method, passes)
    try:
        return pending.run()
    finally:
        delattr(child, method)
