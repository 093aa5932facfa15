"""Matplotlib's figures, where it is installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from framework.errors import BadInputError, UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def new_figure(width: float = 8, height: float = 6) -> Figure:
    """An empty figure of `width` by `height` inches, which needs no screen.

    Raises:
        UsageError: Matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError(
            "plots need Matplotlib, which is not installed: pip install 'gradus-nlp[plots]'"
        ) from error
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)  # knows how much room a label takes
    return figure


def save_figure(figure: Figure, path: Path) -> None:
    """Write `figure`, in the form that the suffix of `path` names; folders are made.

    Raises:
        BadInputError: there is no such form, or the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
    except (OSError, ValueError) as error:
        raise BadInputError(f"{path} cannot be written: {error}") from error
