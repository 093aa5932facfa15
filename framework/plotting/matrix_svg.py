"""Draws matrices of shares as SVG, such as the weights of an attention."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from framework.plotting.axes import Layout
from framework.plotting.charts import Matrix
from framework.plotting.names import Name
from framework.plotting.svg import (
    as_text,
    below_title,
    drawing,
    save_drawing,
    text_element,
    title_rows,
)

#: Side of a cell, and the margins around the cells, in pixels.
_CELL, _MARGIN = 22.0, 10.0
#: Approximate width of a letter; the names of columns are turned by this angle.
_LETTER, _ANGLE = 7.4, -50


def matrix_svg(matrix: Matrix) -> str:
    """Return `matrix` as an SVG element of a page; its title is only for screen readers."""
    return as_text(_drawn(matrix, _layout(matrix)))


def save_matrix(matrix: Matrix, path: Path) -> None:
    """Write `matrix` with its title to the SVG file `path`; creates missing folders.

    Raises:
        BadInputError: the file cannot be written.
    """
    layout, titles = _titled(matrix)
    save_drawing(_drawn(matrix, layout), titles, path)


def save_matrices(title: str, rows: Sequence[Sequence[Matrix]], path: Path) -> None:
    """Write rows of matrices, each below its own title, to one SVG file; creates missing folders.

    Raises:
        BadInputError: the file cannot be written.
    """
    layouts = [[_titled(matrix) for matrix in row] for row in rows]
    width = max(sum(layout.width for layout, _ in row) for row in layouts)
    titles = title_rows(title, Layout(width, 0, 2 * _MARGIN, 0, 0, 0))
    y = below_title(Layout(0, 0, 0, 0, 0, 0), titles).height
    drawn = []
    for row, places in zip(rows, layouts, strict=True):
        x = 0.0
        for matrix, (layout, own_titles) in zip(row, places, strict=True):
            root = _drawn(matrix, layout)
            root[:0] = own_titles
            root.attrib |= {"x": f"{x:g}", "y": f"{y:g}"}
            drawn.append(root)
            x += layout.width
        y += max(layout.height for layout, _ in places)
    page = drawing("plot", title, Layout(width, y, 0, 0, 0, 0))
    page.extend(drawn)
    save_drawing(page, titles, path)


def _titled(matrix: Matrix) -> tuple[Layout, list[ET.Element]]:
    """Return the layout of `matrix` below its title, and the title."""
    layout = _layout(matrix)
    titles = title_rows(matrix.title, layout)
    return below_title(layout, titles), titles


def _layout(matrix: Matrix) -> Layout:
    left = 2 * _MARGIN + _LETTER * max(map(len, matrix.rows), default=0)
    above = 2 * _MARGIN + 0.8 * _LETTER * max(map(len, matrix.columns), default=0)
    right = above  # the name of the last column leans over it
    width = left + _CELL * len(matrix.columns) + right
    height = above + _CELL * len(matrix.rows) + _MARGIN
    return Layout(width, height, left, right, above, _MARGIN)


def _drawn(matrix: Matrix, layout: Layout) -> ET.Element:
    root = drawing("plot", matrix.title, layout)
    for j, name in enumerate(matrix.columns):
        x, y = layout.left + _CELL * (j + 0.6), layout.top - 6
        text = text_element(Name(name, x, y))
        text.set("transform", f"rotate({_ANGLE} {x:.1f} {y:.1f})")
        root.append(text)
    for i, (name, shares) in enumerate(zip(matrix.rows, matrix.values, strict=True)):
        y = layout.top + _CELL * i
        root.append(text_element(Name(name, layout.left - 6, y + 15, "end")))
        root.extend(_cells(shares, layout.left, y))
    return root


def _cells(shares: tuple[float, ...], left: float, top: float) -> Iterator[ET.Element]:
    size = f"{_CELL - 1:g}"
    for j, share in enumerate(shares):
        square = {"x": f"{left + _CELL * j:.1f}", "y": f"{top:.1f}", "width": size, "height": size}
        yield ET.Element("rect", {"class": "cell", **square, "fill-opacity": f"{share:.3f}"})
