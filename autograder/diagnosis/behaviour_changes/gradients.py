"""Changes of the gradients that backward adds to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from autograder.diagnosis.behaviour_changes.change import BACKWARD, Change, PendingCall
from autograder.diagnosis.behaviour_changes.parameters import Shapes, own_parameters

#: The number of averaged axes of the upstream gradient -> their name in messages.
SIZES = {1: "the batch size", 2: "the batch size times the number of steps"}


def other_gradients(shapes: Shapes) -> Iterator[Change]:
    """Yield changes of the gradients of all parameters, of all biases, or of one parameter."""
    biases = [name for name, shape in shapes.items() if len(shape) == 1]
    groups = {"the gradients": [*shapes], "the gradients of all biases": biases}
    groups |= {f"gradients['{name}']": [name] for name in own_parameters(shapes)}
    for what, names in groups.items():
        sentence = f"Your backward overwrites {what}: it must add to the existing values."
        yield Change("overwritten", sentence, partial(_cleared, names), (BACKWARD,))
        for axes, size in SIZES.items():
            sentence = f"Your backward divides {what} by {size}: mean is used instead of sum."
            call = partial(_averaged, names, axes)
            yield Change("divided-by-a-size", sentence, call, (BACKWARD,))


def _cleared(names: Sequence[str], pending: PendingCall) -> Any:
    for name in names:
        pending.owner.gradients[name][...] = 0
    return pending.run()


def _averaged(names: Sequence[str], axes: int, pending: PendingCall) -> Any:
    gradients = pending.owner.gradients
    before = {name: gradients[name].copy() for name in names}
    result = pending.run()
    _, upstream, *_ = pending.bound.args
    size = max(math.prod(upstream.shape[:axes]), 1)
    for name, start in before.items():
        gradients[name][...] = start + (gradients[name] - start) / size
    return result
