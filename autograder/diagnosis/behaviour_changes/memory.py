"""Changes of the values that an object keeps between calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder.diagnosis.behaviour_changes.change import (
    BACKWARD,
    FORWARD,
    STEP,
    Change,
    PendingCall,
)


def other_memory(task: str, cls: type) -> Iterator[Change]:
    """Yield changes of the values that objects of `cls` keep."""
    if hasattr(cls, STEP):
        sentence = f"Your {task} does not keep its values from earlier steps."
        yield Change("forgets", sentence, _as_new, (STEP,))
    if hasattr(cls, BACKWARD):
        sentence = "Your backward takes the derivative at the output of forward, not at its input."
        yield Change("derivative-at-the-output", sentence, _at_the_output, (FORWARD,))


def _as_new(pending: PendingCall) -> Any:
    """Make the call with all dicts of the object emptied."""
    for name, value in vars(pending.owner).items():
        if isinstance(value, dict):
            setattr(pending.owner, name, {})
    return pending.run()


def _at_the_output(pending: PendingCall) -> Any:
    """Call forward again on its own result, so that backward uses the wrong values."""
    result = pending.run()
    _, first, *_ = pending.bound.arguments
    pending.bound.arguments[first] = result
    pending.run()
    return result
