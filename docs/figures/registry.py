"""The figures of all exercises and of the site, by the file that each is written to."""

from __future__ import annotations

from collections.abc import Callable

from docs.figures.drawing import Drawing

#: A path in the repository, as ``exercises/UNIT/EXERCISE/NAME.svg``, and what draws the figure.
FIGURES: dict[str, Callable[[], Drawing]] = {}


def figure(
    path: str, folder: str = "exercises"
) -> Callable[[Callable[[], Drawing]], Callable[[], Drawing]]:
    """Register a function as what draws the figure `path` of `folder`.

    Raises:
        ValueError: the path is taken.
    """

    def register(draw: Callable[[], Drawing]) -> Callable[[], Drawing]:
        file = f"{folder}/{path}"
        if file in FIGURES:
            raise ValueError(f"two figures are written to {file}")
        FIGURES[file] = draw
        return draw

    return register
