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
from autograder.diagnosis.exchanges import Exchanges
from autograder.diagnosis.replay import steps_of
from autograder.diagnosis.replay_cache import ReplayCache

__all__ = ["ChangedSolution", "behaviour_changes"]


def behaviour_changes(
    cache: ReplayCache, task: str, checks: Sequence[Exchanges]
) -> Iterator[ChangedSolution]:
    """Return all changes of `task`, the most special ones first.

    Args:
        checks: the exchanges of the checks; they contain the parameters.
    """
    solution = cache.solution
    value = solution.attribute(task)
    changes = chain(other_arguments(task, value), other_functions(task, value))
    if inspect.isclass(value):
        shapes = _shapes(cache, checks)
        changes = chain(
            changes,
            other_children(_children(cache)),
            other_memory(task, value),
            other_gradients(shapes) if hasattr(value, BACKWARD) else (),
            other_parameters(task, shapes),
        )
    return (ChangedSolution(solution, task, change) for change in changes)


def _children(cache: ReplayCache) -> list[str]:
    """Return the attributes that hold the layers of a network."""
    source = cache.exercise.solution_source()
    return list(dict.fromkeys(re.findall(r"self\.(\w+) = self\.add_child\(", source)))


def _shapes(cache: ReplayCache, checks: Sequence[Exchanges]) -> Shapes:
    """Return the shapes of the parameters that a check has read."""
    found: Shapes = {}
    for exchanges in checks:
        for exchange in cache.right_answers(exchanges):
            for step, outcome in zip(steps_of(exchange), exchange.outcomes, strict=False):
                if step[::2] == ["get", "parameters"] and isinstance(outcome.value, dict):
                    found |= {name: array.shape for name, array in outcome.value.items()}
    return found
