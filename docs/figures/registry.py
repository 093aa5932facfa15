"""The figures of all exercises, by the file that each is written to."""

from __future__ import annotations

from collections.abc import Callable

from docs.figures.drawing import Drawing

#: ``UNIT/EXERCISE/NAME.svg`` below ``exercises``, and what draws it.
FIGURES: dict[str, Callable[[], Drawing]] = {}


def figure(path: str) -> Callable[[Callable[[], Drawing]], Callable[[], Drawing]]:
    """Register a function as what draws the figure `path`.

    Raises:
        ValueError: the path is taken.
    """

    def register(draw: Callable[[], Drawing]) -> Callable[[], Drawing]:
        if path in FIGURES:
            raise ValueError(f"two figures are written to {path}")
        FIGURES[path] = draw
        return draw

    return register
