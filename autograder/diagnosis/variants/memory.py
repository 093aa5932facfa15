"""What an object keeps from one call to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from autograder.diagnosis.variants.change import BACKWARD, FORWARD, STEP, Change, Situation
from autograder.diagnosis.variants.parameters import Shapes


def other_memory(task: str, cls: type, shapes: Shapes) -> Iterator[Change]:
    """Changes of what objects of `cls` remember."""
    if hasattr(cls, STEP):
        said = f"Your {task} remembers nothing of the steps before."
        yield Change("forgets", said, _as_new, (STEP,))
    if not hasattr(cls, BACKWARD):
        return
    said = "Your backward takes the derivative at the output of forward: it belongs to the input."
    yield Change("derivative-at-the-output", said, _at_the_output, (FORWARD,))
    for names in ([*shapes], *([name] for name in shapes)):
        what = f"gradients['{names[0]}']" if len(names) == 1 else "the gradients"
        said = f"Your backward overwrites {what}: it must add to what is there."
        yield Change("overwritten", said, partial(_cleared, names), (BACKWARD,))


def _as_new(situation: Situation) -> Any:
    """Whatever was gathered under names is gone."""
    for name, value in vars(situation.owner).items():
        if isinstance(value, dict):
            setattr(situation.owner, name, {})
    return situation.run()


def _at_the_output(situation: Situation) -> Any:
    """What backward will find is what forward keeps of its own result."""
    result = situation.run()
    _, first, *_ = situation.bound.arguments
    situation.bound.arguments[first] = result
    situation.run()
    return result


def _cleared(names: Sequence[str], situation: Situation) -> Any:
    for name in names:
        situation.owner.gradients[name][...] = 0
    return situation.run()
