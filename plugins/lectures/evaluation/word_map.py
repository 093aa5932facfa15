"""Charts of word vectors: their first two principal components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from framework.errors import BadInputError, UnknownNameError
from framework.plotting.axes import Layout
from framework.plotting.charts import Chart, Line
from framework.plotting.svg import save_chart
from plugins.lectures.evaluation.word_similarity import unit_vectors
from plugins.lectures.formats.word_vectors import Vectors, WordVectors

#: Size of the chart, with room for many words.
LAYOUT = Layout(width=760, height=540, left=62, right=16, top=30, bottom=46)


def principal_components(x: Vectors) -> tuple[Vectors, Vectors]:
    """Return the coordinates of the points `x: (n, d)` along their first two principal components.

    The largest entry of each direction is positive, so that the same vectors always give the same
    chart.

    Returns:
        centred coordinates `(n, 2)`, and each direction's share of the variance `(2,)`.

    Raises:
        BadInputError: fewer than three points, fewer than two dimensions, or all are equal.
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
    """Content of a word map.

    Attributes:
        shares: share of the vectors' variance along each axis.
        drawn: the words that have vectors, without repetition.
        unknown: the errors for the words without a vector, in their order.
    """

    shares: tuple[float, float]
    drawn: tuple[str, ...]
    unknown: tuple[UnknownNameError, ...]


def plot_words(vectors: WordVectors, words: Sequence[str], path: Path, title: str) -> WordMap:
    """Draw the vectors of `words`, scaled to length 1, in the plane of their principal components.

    Args:
        vectors: where they are looked up; words without a vector are left out.
        words: at least three of them have vectors.
        path: the SVG file to write.
        title: title of the chart.

    Raises:
        BadInputError: fewer than three words have vectors, or the file cannot be written.
    """
    if path.suffix.lower() != ".svg":
        raise BadInputError(f"{path} cannot be written: the chart is SVG; use `--out words.svg`")
    rows, unknown = _rows(vectors, words)
    if len(rows) < 3:
        missing = "".join(f"; {error}" for error in unknown)
        raise BadInputError(f"{len(rows)} words have vectors, three are needed{missing}")
    points, shares = principal_components(unit_vectors(vectors.vectors[list(rows.values())]))
    x_label = f"first principal component, {shares[0]:.0%} of the variance"
    y_label = f"second principal component, {shares[1]:.0%} of the variance"
    lines = (Line(word, (x,), (y,)) for word, (x, y) in zip(rows, points.tolist(), strict=True))
    save_chart(Chart(title, x_label, y_label, tuple(lines)), path, LAYOUT)
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
