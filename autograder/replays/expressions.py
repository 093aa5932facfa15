"""Arguments as Python expressions: short ones are written out, large arrays go to a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.results.shown_arguments import MAX_VALUES
from autograder.sandbox.wire import (
    CallbackRef,
    Handle,
    Result,
)

#: Maximum number of characters of a list that is written out.
MAX_WRITTEN = 400


@dataclass
class Writer:
    """Writes values as expressions, and collects the arrays that are too large for it.

    Args:
        name_of: returns the expression for an object of the submission.
        inline: whether small arrays are written out.

    Attributes:
        arrays: name -> array, for the file.
    """

    name_of: Callable[[Handle | Result], str]
    inline: bool = True
    arrays: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)

    def expression(self, value: Any, name: str) -> str:
        """Return an expression for `value`.

        Args:
            name: what an array of it is called in the file.
        """
        if isinstance(value, Handle | Result):
            return self.name_of(value)
        if isinstance(value, np.ndarray):
            return self._array(value, name)
        if isinstance(value, np.random.Generator):
            state = value.bit_generator.state["state"]
            return f"replay.generator({state['state']:#x}, {state['inc']:#x})"
        if isinstance(value, CallbackRef):
            return f"callbacks[{value.id}]"
        if isinstance(value, dict):
            items = (f"{key!r}: {self.expression(v, f'{name}_{key}')}" for key, v in value.items())
            return f"{{{', '.join(items)}}}"
        if isinstance(value, list | tuple):
            return self._sequence(value, name)
        if isinstance(value, float) and not np.isfinite(value):
            return f"float({str(value)!r})"
        return repr(value)

    def _sequence(self, value: list[Any] | tuple[Any, ...], name: str) -> str:
        kinds = set(map(type, value))
        if len(kinds) == 1 and kinds <= {int, float, str} and len(repr(value)) > MAX_WRITTEN:
            stored = self._stored(np.array(value), name)
            return f"{stored}.tolist()" if isinstance(value, list) else f"tuple({stored}.tolist())"
        inside = ", ".join(self.expression(v, f"{name}_{i}") for i, v in enumerate(value))
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"

    def _array(self, value: np.ndarray[Any, Any], name: str) -> str:
        is_small = 0 < value.size <= MAX_VALUES and value.dtype.kind in "biuf"
        if not (self.inline and is_small and np.isfinite(value).all()):
            return self._stored(value, name)
        return f"np.array({value.tolist()!r}, dtype={value.dtype.name!r})"

    def _stored(self, value: np.ndarray[Any, Any], name: str) -> str:
        """Return the expression for an array in the file; equal names get a number."""
        unique, number = name, 2
        while self.arrays.get(unique, value) is not value:
            unique, number = f"{name}_{number}", number + 1
        self.arrays[unique] = value
        return f"arrays[{unique!r}]"
