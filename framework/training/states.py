"""The state of a language model between two chunks of a text, as arrays of a checkpoint.

A state is an array, a number, None, or a tuple, a list or a dict of states.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from framework.errors import BadInputError
from framework.interfaces import Array, Arrays


class UnsavableStateError(BadInputError):
    """A state that a file cannot keep."""


def pack_state(state: Any, arrays: Arrays) -> tuple[Any, dict[str, Array]]:
    """The form of `state` as JSON has it, and its arrays by name.

    Raises:
        UnsavableStateError: a part of it is something else.
    """
    found: dict[str, Array] = {}
    return _pack(state, arrays, found), found


def _pack(state: Any, arrays: Arrays, found: dict[str, Array]) -> Any:
    if state is None or isinstance(state, bool | int | float | str):
        return state
    if arrays.is_native(state):
        name = str(len(found))
        found[name] = arrays.to_numpy(state)
        return {"array": name}
    if isinstance(state, tuple | list):
        kind = "tuple" if isinstance(state, tuple) else "list"
        return {kind: [_pack(part, arrays, found) for part in state]}
    if isinstance(state, dict):
        return {"dict": [[key, _pack(part, arrays, found)] for key, part in state.items()]}
    raise UnsavableStateError(
        f"the state of the model contains {type(state).__name__}, which a checkpoint cannot keep: "
        "arrays, numbers, None, and tuples, lists and dicts of these can be kept"
    )


def unpack_state(form: Any, found: Mapping[str, Array], arrays: Arrays) -> Any:
    """The state of which `pack_state` has returned `form` and the arrays `found`."""
    if not isinstance(form, dict):
        return form
    ((kind, parts),) = form.items()
    if kind == "array":
        return arrays.from_numpy(found[parts])
    if kind == "dict":
        return {key: unpack_state(part, found, arrays) for key, part in parts}
    unpacked = [unpack_state(part, found, arrays) for part in parts]
    return tuple(unpacked) if kind == "tuple" else unpacked
