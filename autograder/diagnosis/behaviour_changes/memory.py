"""What an object keeps from one call to the next."""

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
    """Changes of what objects of `cls` remember."""
    if hasattr(cls, STEP):
        said = f"Your {task} remembers nothing of the steps before."
        yield Change("forgets", said, _as_new, (STEP,))
    if hasattr(cls, BACKWARD):
        said = "Your backward takes the derivative at the output of forward, not at its input."
        yield Change("derivative-at-the-output", said, _at_the_output, (FORWARD,))


def _as_new(pending: PendingCall) -> Any:
    """Whatever was gathered under names is gone."""
    for name, value in vars(pending.owner).items():
        if isinstance(value, dict):
            setattr(pending.owner, name, {})
    return pending.run()


def _at_the_output(pending: PendingCall) -> Any:
    """What backward will find is what forward keeps of its own result."""
    result = pending.run()
    _, first, *_ = pending.bound.arguments
    pending.bound.arguments[first] = result
    pending.run()
    return result
