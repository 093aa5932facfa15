"""Changes of parameters: missing, transposed, reversed, exchanged, or with other gates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np

from autograder.diagnosis.behaviour_changes.change import BACKWARD, FORWARD, Change, PendingCall

Array = np.ndarray[Any, Any]
Shapes = dict[str, tuple[int, ...]]

#: Numbers of gates that a cell may have.
GATES = (4, 3, 2)
#: The number of axes of a filter: steps of the window, input features, output features.
FILTER = 3


def other_parameters(task: str, shapes: Shapes) -> Iterator[Change]:
    """Yield changes of the parameters for all methods, for forward, or for backward.

    The parameters of parts stay as they are: only the parts themselves use them.
    """
    own = own_parameters(shapes)
    for who, methods in ((task, ()), (FORWARD, (FORWARD,)), (BACKWARD, (BACKWARD,))):
        for name in own:
            yield from _changes(who, methods, name, own)
    yield from _other_gates(shapes)


def own_parameters(shapes: Shapes) -> Shapes:
    """Return those of `shapes` that belong to the model itself, not to one of its parts."""
    return {name: shape for name, shape in shapes.items() if "." not in name}


def _changes(who: str, methods: tuple[str, ...], name: str, shapes: Shapes) -> Iterator[Change]:
    shape = shapes[name]
    sentence = f"Your {who} does not use {name}: its results are those with {name} = 0."
    yield Change("missing-term", sentence, partial(_with, name, np.zeros_like), methods)
    if len(shape) == 2 and shape[0] == shape[1]:
        sentence = f"Your {who} uses {name}.T instead of {name}."
        yield Change("lost-transpose", sentence, partial(_with, name, np.transpose), methods)
    if len(shape) == FILTER:
        sentence = f"Your {who} uses {name} in reverse order: the filter is flipped."
        yield Change("reversed", sentence, partial(_with, name, np.flipud), methods)
    for other in shapes:
        if other != name and shapes[other] == shape:
            sentence = f"Your {who} uses {other} instead of {name}."
            yield Change("another-parameter", sentence, partial(_with_other, name, other), methods)
        if name < other and shapes[other] == shape:
            sentence = f"Your {who} uses {other} as {name}, and {name} as {other}."
            call = partial(_exchanged, name, other)
            yield Change("exchanged-parameters", sentence, call, methods)


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
    owner = pending.owner
    tables = [table for table in (owner.parameters, owner.gradients) if {name, other} <= {*table}]
    _exchange(tables, name, other)
    try:
        return pending.run()
    finally:
        _exchange(tables, name, other)


def _exchange(tables: Sequence[Mapping[str, Array]], name: str, other: str) -> None:
    for table in tables:
        table[name][...], table[other][...] = table[other].copy(), table[name].copy()


def _other_gates(shapes: Shapes) -> Iterator[Change]:
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
                yield Change("gates-permuted", sentence, call, methods)


def _permuted(order: Sequence[int], pending: PendingCall) -> Any:
    owner = pending.owner
    every = [*owner.parameters.values(), *owner.gradients.values()]
    width = max((array.shape[-1] for array in every if array.ndim), default=1)
    if width % len(order):
        return pending.run()
    arrays = [array for array in every if array.shape[-1:] == (width,)]
    _reorder(arrays, order)
    try:
        return pending.run()
    finally:
        _reorder(arrays, [order.index(i) for i in range(len(order))])


def _reorder(arrays: Sequence[Array], order: Sequence[int]) -> None:
    for array in arrays:
        blocks = np.split(array.copy(), len(order), axis=-1)
        array[...] = np.concatenate([blocks[i] for i in order], axis=-1)
