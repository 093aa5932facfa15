"""Positions for the names of lines and of single points, without overlaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from framework.plotting.axes import Layout, PlotArea
from framework.plotting.charts import Chart, Line

#: Approximate width of a letter, and height of a line of text.
_LETTER, _HEIGHT = 6.8, 13.0
#: Length of a line's sample in the legend, and the gaps after sample and name.
SAMPLE, _AFTER_SAMPLE, _AFTER_NAME = 20.0, 6.0, 16.0
#: Height of a row of the legend.
ROW = 18.0
#: Radius of the dot of a single point.
RADIUS = 4.0


@dataclass(frozen=True)
class LegendLine:
    """Position of one line in the legend: the start of its sample, and its row."""

    x: float
    row: int


@dataclass(frozen=True)
class Name:
    """A text, and the point at its `anchor`: its start, middle or end."""

    text: str
    x: float
    y: float
    anchor: str = "start"

    @property
    def box(self) -> Box:
        """The rectangle that the text covers, approximately."""
        width = _LETTER * len(self.text)
        left = self.x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return Box(left, self.y - _HEIGHT + 2, left + width, self.y + 2)


@dataclass(frozen=True)
class Box:
    """A rectangle, its y axis pointing down."""

    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: Box) -> bool:
        """Return whether the two rectangles overlap."""
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)

    def is_within(self, layout: Layout) -> bool:
        """Return whether the rectangle is inside the chart, above the x axis."""
        bottom = layout.height - layout.bottom
        return (
            self.left >= 0 and self.right <= layout.width and 0 <= self.top < self.bottom <= bottom
        )


def legend(lines: Sequence[Line], layout: Layout) -> list[LegendLine]:
    """Return the legend entries of `lines`, in as many rows as needed."""
    entries: list[LegendLine] = []
    x, row = layout.left, 0
    for line in lines:
        width = SAMPLE + _AFTER_SAMPLE + _LETTER * len(line.name)
        if x > layout.left and x + width > layout.width:
            x, row = layout.left, row + 1
        entries.append(LegendLine(x, row))
        x += width + _AFTER_NAME
    return entries


def beside(entry: LegendLine) -> float:
    """Return the x position of a line's name in the legend."""
    return entry.x + SAMPLE + _AFTER_SAMPLE


def names_of_points(chart: Chart, frame: PlotArea) -> Iterator[Name]:
    """Yield a name beside each single point, at a free position if there is one."""
    points = [line for line in chart.lines if len(line.x) == 1]
    covered = {(line.x[0], line.y[0]): _occupied(line, frame) for line in points}
    taken = [_occupied(line, frame) for line in points]
    for (x, y), text in chart.points.items():
        names = list(_beside_point(text, frame.x(x), frame.y(y), covered[x, y]))
        free = (
            name
            for name in names
            if name.box.is_within(frame.layout) and not any(map(name.box.covers, taken))
        )
        name = next(free, names[0])
        taken.append(name.box)
        yield name


def _beside_point(text: str, x: float, y: float, covered: Box) -> Iterator[Name]:
    """Yield the possible positions for the name of the point `(x, y)`, best first."""
    above, below = covered.top - 5, covered.bottom + 13
    left, right = covered.left - 4, covered.right + 4
    yield Name(text, x, above, "middle")
    yield Name(text, right, y + 4, "start")
    yield Name(text, left, y + 4, "end")
    yield Name(text, x, below, "middle")
    for height in (above, below):
        yield Name(text, right, height, "start")
        yield Name(text, left, height, "end")


def _occupied(line: Line, frame: PlotArea) -> Box:
    """Return the rectangle around the only point of `line` and its error bars."""
    ((left, right),), ((least, most),) = line.x_reach, line.reach
    return Box(
        frame.x(left) - RADIUS,
        frame.y(most) - RADIUS,
        frame.x(right) + RADIUS,
        frame.y(least) + RADIUS,
    )
