"""What backward adds to the gradients of the parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from autograder.diagnosis.behaviour_changes.change import BACKWARD, Change, PendingCall
from autograder.diagnosis.behaviour_changes.parameters import Shapes

#: So many axes of the gradient from above are averaged over -> what that is.
SIZES = {1: "the size of the batch", 2: "the number of all steps of the batch"}


def other_gradients(shapes: Shapes) -> Iterator[Change]:
    """Changes of the gradients of all parameters, of all biases, or of a single parameter."""
    biases = [name for name, shape in shapes.items() if len(shape) == 1]
    groups = {"the gradients": [*shapes], "the gradients of all biases": biases}
    groups |= {f"gradients['{name}']": [name] for name in shapes}
    for what, names in groups.items():
        said = f"Your backward overwrites {what}: it must add to what is there."
        yield Change("overwritten", said, partial(_cleared, names), (BACKWARD,))
        for axes, size in SIZES.items():
            said = f"Your backward divides {what} by {size}: a mean stands for a sum."
            call = partial(_averaged, names, axes)
            yield Change("divided-by-a-size", said, call, (BACKWARD,))


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
