"""Arrays inside arguments and results: alone, or in tuples such as the state (h, c) of an LSTM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def leaves(value: Any, name: str) -> Iterator[tuple[str, Array]]:
    """Return the floating-point arrays in `value`, by names such as ``input 2[0]``; no ids."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield name, value
    elif isinstance(value, (tuple, list)):
        for i, part in enumerate(value):
            yield from leaves(part, f"{name}[{i}]")


def rebuilt(value: Any, name: str, arrays: Mapping[str, Array], other: Any = ...) -> Any:
    """Return `value` with other arrays for its leaves.

    Args:
        arrays: by the names that `leaves` gives; a leaf without an array stays.
        other: what stands for everything that is no leaf; by default that itself.
    """
    if isinstance(value, (tuple, list)):
        return tuple(rebuilt(part, f"{name}[{i}]", arrays, other) for i, part in enumerate(value))
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return arrays.get(name, value)
    return value if other is ... else other
