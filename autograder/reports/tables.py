"""Tables of checks as lines of text, and as HTML: the first column to the left, numbers after."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rich.cells import cell_len

from autograder.grading.shown_tables import ShownTable

GAP = "  "


def text_lines(table: ShownTable) -> Iterator[str]:
    """The names of the columns, then a line for each row."""
    lines = [table.columns, *table.rows]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    for first, *others in lines:
        cells = [first + " " * (widths[0] - cell_len(first))]
        for cell, width in zip(others, widths[1:], strict=True):
            cells.append(" " * (width - cell_len(cell)) + cell)
        yield GAP.join(cells).rstrip()


def table_html(table: ShownTable) -> str:
    """`table` as a table element, its title as the caption."""
    head = _row("th", table.columns)
    body = "".join(_row("td", row) for row in table.rows)
    caption = f"<caption>{escape(table.title)}</caption>"
    inner = f"{caption}<thead>{head}</thead><tbody>{body}</tbody>"
    return f'<div class="shown"><table>{inner}</table></div>'


def _row(tag: str, cells: tuple[str, ...]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
