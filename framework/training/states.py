"""Saved states of models and optimizers, as arrays of a checkpoint.

The state of a language model between two chunks of a text is an array, a number, None, or a tuple,
a list or a dict of states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from framework.errors import BadInputError
from framework.interfaces import Array, Arrays, Optimizer


class UnsavableStateError(BadInputError):
    """A state that a file cannot keep."""


def pack_state(state: Any, arrays: Arrays) -> tuple[Any, dict[str, Array]]:
    """Return the structure of `state` as JSON values, and its arrays by name.

    Raises:
        UnsavableStateError: a part of it has another type.
    """
    saved: dict[str, Array] = {}
    return _pack(state, arrays, saved), saved


def _pack(state: Any, arrays: Arrays, saved: dict[str, Array]) -> Any:
    if state is None or isinstance(state, bool | int | float | str):
        return state
    if arrays.is_native(state):
        name = str(len(saved))
        saved[name] = arrays.to_numpy(state)
        return {"array": name}
    if isinstance(state, tuple | list):
        kind = "tuple" if isinstance(state, tuple) else "list"
        return {kind: [_pack(part, arrays, saved) for part in state]}
    if isinstance(state, dict):
        return {"dict": [[key, _pack(part, arrays, saved)] for key, part in state.items()]}
    raise UnsavableStateError(
        f"the state of the model contains {type(state).__name__}, which a checkpoint cannot keep: "
        "arrays, numbers, None, and tuples, lists and dicts of these can be kept"
    )


def unpack_state(form: Any, saved: Mapping[str, Array], arrays: Arrays) -> Any:
    """Return the state from the results of `pack_state`: `form` and the arrays `saved`."""
    if not isinstance(form, dict):
        return form
    ((kind, parts),) = form.items()
    if kind == "array":
        return arrays.from_numpy(saved[parts])
    if kind == "dict":
        return {key: unpack_state(part, saved, arrays) for key, part in parts}
    unpacked = [unpack_state(part, saved, arrays) for part in parts]
    return tuple(unpacked) if kind == "tuple" else unpacked


def optimizer_state(optimizer: Optimizer, arrays: Arrays) -> dict[str, Array]:
    """Return the state of `optimizer` as NumPy arrays; numbers become arrays without axes."""
    state = _method(optimizer, "state")()
    return {
        key: arrays.to_numpy(value) if arrays.is_native(value) else np.array(value)
        for key, value in state.items()
    }


def restore_optimizer(optimizer: Optimizer, state: Mapping[str, Array], arrays: Arrays) -> None:
    """Set the state of `optimizer` to a result of `optimizer_state`."""
    native = {
        key: value.item() if value.ndim == 0 else arrays.from_numpy(value)
        for key, value in state.items()
    }
    _method(optimizer, "restore")(native)


def _method(optimizer: Optimizer, name: str) -> Callable[..., Any]:
    """Return the method `name` of the optimizer, or else that of `Optimizer`."""
    own = getattr(optimizer, name, None)
    method: Callable[..., Any] = (
        own if callable(own) else partial(getattr(Optimizer, name), optimizer)
    )
    return method
