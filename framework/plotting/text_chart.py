"""Draws charts with characters, for a terminal."""

from __future__ import annotations

from itertools import pairwise

from framework.plotting.axes import Layout, PlotArea
from framework.plotting.charts import Chart, Line

#: The marks of lines, in their order.
MARKS = "*o+x"
#: Columns and rows between the axes.
WIDTH, HEIGHT = 60, 12


def text_chart(chart: Chart) -> list[str]:
    """Return the lines of `chart` in characters, with numbers along its axes and a legend.

    Where lines meet, the mark of the first one is shown.
    """
    layout = Layout(width=WIDTH - 1, height=HEIGHT - 1, left=0, right=0, top=0, bottom=0)
    frame = PlotArea.around(chart, layout)
    cells: dict[tuple[int, int], str] = {}
    for number, line in enumerate(chart.curves):
        for cell in _cells(line, frame):
            cells.setdefault(cell, MARKS[number % len(MARKS)])
    labels = {round(y): label for y, label in frame.y_ticks()}
    margin = max(map(len, labels.values()), default=0) + 1
    rows = []
    for row in range(HEIGHT):
        marks = "".join(cells.get((column, row), " ") for column in range(WIDTH))
        rows.append(f"{labels.get(row, ''):>{margin}} │{marks}".rstrip())
    numbers = [" "] * (WIDTH + margin)
    for x, label in frame.x_ticks():
        numbers[round(x) : round(x) + len(label)] = label
    start = " " * margin
    names = [f"{MARKS[n % len(MARKS)]} {line.name}" for n, line in enumerate(chart.curves)]
    return [
        chart.title,
        *rows,
        f"{start} └{'─' * WIDTH}",
        f"{start}  {''.join(numbers).rstrip()}  {chart.x_label}",
        f"{start}  {'   '.join(names)}",
    ]


def _cells(line: Line, frame: PlotArea) -> list[tuple[int, int]]:
    """Return the cells (column, row) of `line`, one for each column from its start to its end."""
    points = [(frame.x(x), frame.y(y)) for x, y in zip(line.x, line.y, strict=True)]
    cells = []
    for (left, first), (right, second) in pairwise(points):
        for column in range(round(left), round(right) + 1):
            share = min(max((column - left) / (right - left), 0.0), 1.0)
            cells.append((column, round(first + share * (second - first))))
    return cells
