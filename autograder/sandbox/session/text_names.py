"""The names that the text of an exercise gives to the arguments and the results of its tasks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

#: The name of a value, or the names of the items of a tuple; an empty name is not known.
Names: TypeAlias = "str | tuple[Names, ...]"

_NUMBERED = re.compile(r"argument (?:(\d+)|(\w+))")


@dataclass(frozen=True)
class TextNames:
    """Names of arguments and results; by default, no name is known.

    Args:
        parameters: returns the positional parameters of a function or method, without ``self``.
        results: returns method -> the names of what it returns, from the examples of the text.
    """

    parameters: Callable[[str], Sequence[str]] = lambda method: ()
    results: Callable[[], Mapping[str, Names]] = dict

    def argument(self, method: str, told: str) -> str:
        """Return ``x['W']`` for ``argument 1['W']`` of a call of `method`, if its name is known."""
        match = _NUMBERED.match(told)
        if match is None:
            return told
        number, name = match.groups()
        return (name or self.parameter(method, int(number) - 1) or match[0]) + told[match.end() :]

    def parameter(self, method: str, position: int) -> str:
        """Return the name of the parameter at `position`, from 0; empty if it is not known."""
        names = self.parameters(method)
        return names[position] if position < len(names) else ""

    def parts(self, method: str, value: Any) -> Names:
        """Return the names of the items of `value`, which `method` returned; empty if not known.

        The gradients of several inputs are named after the parameters of `forward` if the text does
        not name them, else by their numbers.
        """
        if not isinstance(value, tuple | list):
            return ""
        names = self.results().get(method, "")
        if _fit(names, value):
            return names
        owner, _, name = method.rpartition(".")
        if name != "backward":
            return ""
        inputs = (self.input(f"{owner}.forward", i) for i in range(len(value)))
        return tuple(map(_of_gradients, inputs, value))

    def input(self, method: str, position: int) -> str:
        """Return the name of an input of `method`: of its parameter, or ``input 2``."""
        return self.parameter(method, position) or f"input {position + 1}"


def _fit(names: Names, value: Any) -> bool:
    """Return whether `value` has the items that `names` names."""
    if isinstance(names, str):
        return not isinstance(value, tuple | list)
    is_list = isinstance(value, tuple | list) and len(value) == len(names)
    return is_list and all(map(_fit, names, value))


def _of_gradients(name: str, value: Any) -> Names:
    """Return the names of the gradients of an input: ``the gradient of state[1]``."""
    if isinstance(value, tuple | list):
        return tuple(_of_gradients(f"{name}[{i}]", item) for i, item in enumerate(value))
    return f"the gradient of {name}"
