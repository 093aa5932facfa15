"""The arrays among the arguments of a call, by the names that messages give them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def named_arrays(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every array among the arguments, and one level inside them, with its name."""
    named = [(f"argument {i}", value) for i, value in enumerate(args, start=1)]
    named += [(f"argument {key}", value) for key, value in kwargs.items()]
    for where, value in named:
        if is_array(value):
            yield where, value
        elif type(value) is dict:
            yield from ((f"{where}['{k}']", v) for k, v in value.items() if is_array(v))
        elif type(value) in (list, tuple):
            yield from ((f"{where}[{i}]", v) for i, v in enumerate(value) if is_array(v))


def is_array(value: Any) -> bool:
    """Return whether `value` is an array, of whatever library."""
    return hasattr(value, "dtype") and hasattr(value, "shape")
