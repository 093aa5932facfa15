"""The tensors of a model's state, which is a tensor, a number, None, or a container of states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor


def state_tensors(state: Any) -> list[Tensor]:
    """Return the tensors of `state` in order."""
    if isinstance(state, Tensor):
        return [state]
    if isinstance(state, dict):
        state = state.values()
    elif not isinstance(state, tuple | list):
        return []
    return [tensor for part in state for tensor in state_tensors(part)]


def with_tensors(state: Any, convert: Callable[[Tensor], Tensor]) -> Any:
    """Return `state` with `convert` of each of its tensors."""
    if isinstance(state, Tensor):
        return convert(state)
    if isinstance(state, dict):
        return {key: with_tensors(part, convert) for key, part in state.items()}
    if isinstance(state, tuple | list):
        return type(state)(with_tensors(part, convert) for part in state)
    return state
