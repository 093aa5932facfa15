"""The solution with a change of behaviour: no bias, an ignored option, another function.

A change uses only the names and shapes of the parameters and the signatures of the methods.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from autograder.diagnosis.behaviour_changes.arguments import other_arguments
from autograder.diagnosis.behaviour_changes.change import BACKWARD, ChangedSolution
from autograder.diagnosis.behaviour_changes.children import other_children
from autograder.diagnosis.behaviour_changes.functions import other_functions
from autograder.diagnosis.behaviour_changes.gradients import other_gradients
from autograder.diagnosis.behaviour_changes.memory import other_memory
from autograder.diagnosis.behaviour_changes.parameters import Shapes, other_parameters
from autograder.diagnosis.recorded import RecordedCheck
from autograder.diagnosis.replay import SourceModule
from autograder.isolation.host.requests import Get

__all__ = ["ChangedSolution", "behaviour_changes"]


def behaviour_changes(
    solution: SourceModule, task: str, checks: Sequence[RecordedCheck]
) -> Iterator[ChangedSolution]:
    """Return all changes of `task`, the most special ones first.

    Args:
        solution: the solution, or the solution with a known mistake.
        checks: they contain the parameters.
    """
    value = solution.attribute(task)
    changes = chain(other_arguments(task, value), other_functions(task, value))
    if inspect.isclass(value):
        shapes = _shapes(checks)
        changes = chain(
            changes,
            other_children(_children(solution)),
            other_memory(task, value),
            other_gradients(shapes) if hasattr(value, BACKWARD) else (),
            other_parameters(task, shapes),
        )
    return (ChangedSolution(solution, task, change) for change in changes)


def _children(solution: SourceModule) -> list[str]:
    """Return the attributes that hold the layers of a network."""
    return list(dict.fromkeys(re.findall(r"self\.(\w+) = self\.add_child\(", solution.source)))


def _shapes(checks: Sequence[RecordedCheck]) -> Shapes:
    """Return the shapes of the parameters that a check has read."""
    found: Shapes = {}
    for check in checks:
        for exchange in check.right:
            for step, outcome in zip(exchange.steps, exchange.outcomes, strict=False):
                is_read = isinstance(step, Get) and step.name == "parameters"
                if is_read and isinstance(outcome.value, dict):
                    found |= {name: array.shape for name, array in outcome.value.items()}
    return found
