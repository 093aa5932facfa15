"""Random numbers of a check, taken from a recording.

NumPy promises the same numbers for the same seed only for one build on one machine. So the numbers
on which recorded answers depend are stored.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

#: The methods of a generator that draw, by name.
METHODS = tuple(
    name
    for name in dir(np.random.Generator)
    if not name.startswith("_") and name not in ("bit_generator", "spawn")
)
#: Those that change their argument and return nothing.
IN_PLACE = ("shuffle",)


@dataclass
class Draw:
    """One call of a random number generator: the method, and what it returned or left."""

    method: str
    value: Any


class DrawingGenerator(np.random.Generator):
    """A generator that hands every draw to `_drawn`."""

    #: Whether a draw is going on: one method may call another.
    _busy = False

    def spawn(self, n_children: int) -> list[np.random.Generator]:
        """Return independent generators, whose draws are their own."""
        return [np.random.Generator(bits) for bits in self.bit_generator.spawn(n_children)]

    def _drawn(self, name: str, value: Any) -> Any:
        raise NotImplementedError


def _drawing(name: str) -> Callable[..., Any]:
    """Return the method `name`, which draws and then asks `_drawn` for the value."""

    inner = getattr(np.random.Generator, name)

    def method(self: DrawingGenerator, *args: Any, **kwargs: Any) -> Any:
        if self._busy:
            return inner(self, *args, **kwargs)
        self._busy = True
        try:
            value = inner(self, *args, **kwargs)
        finally:
            self._busy = False
        if name not in IN_PLACE:
            return self._drawn(name, value)
        shuffled = args[0]
        shuffled[:] = self._drawn(name, copy(shuffled))
        return None

    method.__name__ = name
    return method


for _name in METHODS:
    setattr(DrawingGenerator, _name, _drawing(_name))


class RecordedGenerator(DrawingGenerator):
    """Gives the recorded `draws` as long as the same methods are asked for values of their forms.

    It advances `rng` with every draw, so that the draws after the recorded ones are those of the
    course's own grader.
    """

    def __init__(self, rng: np.random.Generator, draws: list[Draw]) -> None:
        super().__init__(rng.bit_generator)
        self._draws = list(reversed(draws))

    def _drawn(self, name: str, value: Any) -> Any:
        if not self._draws:
            return value
        draw = self._draws.pop()
        if draw.method == name and draw.value is None:  # it could not be stored
            return value
        stored, drawn = np.asarray(draw.value), np.asarray(value)
        is_alike = stored.shape == drawn.shape and stored.dtype.kind == drawn.dtype.kind
        if draw.method != name or not is_alike:
            self._draws.clear()
            return value
        if isinstance(value, np.ndarray):
            return np.array(draw.value, value.dtype)
        # A scalar is stored as an array.
        return stored.astype(drawn.dtype)[()] if isinstance(value, np.generic) else draw.value
