"""Word vectors on paper: their two principal components, drawn with Matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from framework import DISTRIBUTION
from framework.data.formats.word_vectors import Vectors, WordVectors
from framework.errors import BadInputError, UnknownNameError, UsageError
from framework.evaluation.word_similarity import unit_vectors
from framework.plotting.svg import css_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Of a figure, in inches.
SIZE = (8, 6)
#: Where a label may stand: which of its sides is at its point, and how far away, in points.
PLACES: tuple[tuple[Literal["left", "right", "center"], tuple[int, int]], ...] = (
    ("left", (8, 0)),
    ("right", (-8, 0)),
    ("center", (0, 11)),
    ("center", (0, -11)),
    ("left", (8, 11)),
    ("right", (-8, -11)),
)


def principal_components(x: Vectors) -> tuple[Vectors, Vectors]:
    """Return the points `x: (n, d)`, centred, along the two directions in which they differ most.

    Of the two ends of a direction, the positive one is that of its greatest entry, so that the
    same vectors always give the same picture.

    Returns:
        coordinates `(n, 2)`, and the share of the points' variance along each direction `(2,)`.

    Raises:
        BadInputError: fewer than three points, fewer than two dimensions, or all are the same.
    """
    if x.shape[0] < 3 or x.shape[1] < 2:
        raise BadInputError(f"a plane needs three points in two dimensions, but got {x.shape}")
    centred = x - x.mean(axis=0)
    _, scale, directions = np.linalg.svd(centred, full_matrices=False)
    if scale[0] <= len(x) * np.finfo(x.dtype).eps * np.linalg.norm(x):
        raise BadInputError("all of these vectors are the same: there is nothing to see")
    directions = directions[:2]
    signs = np.sign(directions[np.arange(2), np.abs(directions).argmax(axis=1)])
    return centred @ (directions * signs[:, None]).T, (scale**2 / np.sum(scale**2))[:2]


@dataclass(frozen=True)
class WordMap:
    """What a word map shows.

    Attributes:
        shares: of the variance of the words' vectors, along the two axes.
        drawn: the words that have vectors, each once.
        unknown: the errors for the words that have none, in their order.
    """

    shares: tuple[float, float]
    drawn: tuple[str, ...]
    unknown: tuple[UnknownNameError, ...]


def plot_words(vectors: WordVectors, words: Sequence[str], path: Path, title: str) -> WordMap:
    """Draw `words` where their vectors, scaled to length 1, lie in the plane that shows most.

    Args:
        vectors: where they are looked up; words without a vector are left out.
        words: of which at least three have vectors.
        path: the file to write; its suffix says in what form: .png, .svg, .pdf.
        title: of the picture.

    Raises:
        UsageError: Matplotlib is not installed.
        BadInputError: fewer than three words have vectors, or the file cannot be written in that
            form.
    """
    rows, unknown = _rows(vectors, words)
    if len(rows) < 3:
        missing = "".join(f"; {error}" for error in unknown)
        raise BadInputError(f"{len(rows)} words have vectors, three are needed{missing}")
    points, shares = principal_components(unit_vectors(vectors.vectors[list(rows.values())]))
    figure = new_figure()
    axes = styled_axes(figure, title)
    axes.scatter(points[:, 0], points[:, 1], s=26, color=css_colour(".plot circle", "fill"))
    axes.margins(0.15)
    axes.set_xlabel(f"first principal component, {shares[0]:.0%} of the variance")
    axes.set_ylabel(f"second principal component, {shares[1]:.0%} of the variance")
    _label(figure, axes, tuple(rows), points)
    save_figure(figure, path)
    return WordMap((float(shares[0]), float(shares[1])), tuple(rows), tuple(unknown))


def _rows(
    vectors: WordVectors, words: Sequence[str]
) -> tuple[dict[str, int], list[UnknownNameError]]:
    """Return the row of each word that has a vector, and the errors for the others."""
    rows: dict[str, int] = {}
    unknown = []
    for word in dict.fromkeys(words):
        try:
            rows[word] = vectors.row(word)
        except UnknownNameError as error:
            unknown.append(error)
    return rows, unknown


def styled_axes(figure: Figure, title: str) -> Axes:
    """Return axes under `title`, in the style of the charts in `chart.css`."""
    axes = figure.add_subplot()
    ink, line = css_colour(".plot text", "fill"), css_colour(".plot .axis", "stroke")
    axes.set_title(title, loc="left", fontweight="bold", fontsize=13, color=ink, wrap=True)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=css_colour(".plot .grid", "stroke"))
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(line)
    axes.tick_params(length=0, colors=ink)
    axes.xaxis.label.set_color(ink)
    axes.yaxis.label.set_color(ink)
    return axes


def new_figure() -> Figure:
    """Return an empty figure, which needs no screen.

    Raises:
        UsageError: Matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UsageError(
            f"plots need Matplotlib, which is not installed: pip install '{DISTRIBUTION}[plots]'"
        ) from error
    figure = Figure(figsize=SIZE, layout="constrained")
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


def _label(figure: Figure, axes: Axes, words: Sequence[str], points: Vectors) -> None:
    """Write each word beside its point, where no point and no word is if there is such a place."""
    from matplotlib.transforms import Bbox

    figure.draw_without_rendering()  # settles where the points are
    taken = [Bbox.from_extents(x - 3, y - 3, x + 3, y + 3) for x, y in _pixels(axes, points)]
    ink = css_colour(".plot text", "fill")
    for word, point in zip(words, points.tolist(), strict=True):
        label = axes.annotate(
            word, point, (0, 0), textcoords="offset points", va="center", color=ink
        )
        for side, offset in PLACES:
            label.set_horizontalalignment(side)
            label.set_position(offset)
            box = label.get_window_extent()
            if not box.count_overlaps(taken):
                break
        taken.append(box)


def _pixels(axes: Axes, points: Vectors) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in axes.transData.transform(points)]
