"""What an optimizer remembers, as arrays that a checkpoint keeps.

An optimizer keeps its memory under the names of the parameters: in its attributes that are dicts,
as m, v and t of Adam. Nothing else about it changes from step to step.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from framework.interfaces import Array, Arrays, Optimizer


def optimizer_state(optimizer: Optimizer, arrays: Arrays) -> dict[str, Array]:
    """The memory of `optimizer`: ``ATTRIBUTE/PARAMETER`` -> array."""
    return {
        f"{attribute}/{name}": _to_numpy(value, arrays)
        for attribute, memory in vars(optimizer).items()
        if isinstance(memory, dict)
        for name, value in memory.items()
    }


def restore_optimizer(optimizer: Optimizer, state: Mapping[str, Array], arrays: Arrays) -> None:
    """Give `optimizer` the memory that `optimizer_state` has saved."""
    for key, value in state.items():
        attribute, _, name = key.partition("/")
        memory: dict[str, Any] = getattr(optimizer, attribute)
        memory[name] = value.item() if value.ndim == 0 else arrays.from_numpy(value)


def _to_numpy(value: Any, arrays: Arrays) -> Array:
    """Numbers, as the count of steps, become arrays without axes."""
    return arrays.to_numpy(value) if arrays.is_native(value) else np.array(value)
