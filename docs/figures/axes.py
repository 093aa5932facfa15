"""Curves of functions in a small frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from docs.figures.drawing import Drawing


@dataclass(frozen=True)
class Axes:
    """A frame whose lower left corner is (x, y), for values in the given ranges.

    Args:
        drawing: where it is drawn.
        x, y: the lower left corner, in units of the drawing.
        width, height: its size.
        xs, ys: the least and the largest value along each axis.
    """

    drawing: Drawing
    x: float
    y: float
    width: float
    height: float
    xs: tuple[float, float]
    ys: tuple[float, float]

    def frame(self, label: str = "", x_label: str = "", y_label: str = "") -> None:
        """Draw the lines of both axes with their labels."""
        left, bottom = self.x, self.y
        self.drawing.line(
            (left, bottom - self.height), (left, bottom), (left + self.width, bottom), style="faint"
        )
        middle = left + self.width / 2
        if label:
            self.drawing.text(middle, bottom - self.height - 12, label, "strong")
        if x_label:
            self.drawing.text(middle, bottom + 14, x_label, "small quiet")
        if y_label:
            self.drawing.text(left + 4, bottom - self.height + 2, y_label, "small quiet", "start")

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of (x, y) in the drawing."""
        (low, high), (least, most) = self.xs, self.ys
        right = self.x + self.width * (x - low) / (high - low)
        return right, self.y - self.height * (y - least) / (most - least)

    def plot(self, function: Callable[[float], float], style: str, steps: int = 96) -> None:
        """Draw the values of `function` over the x axis; what leaves the frame is left out."""
        low, high = self.xs
        xs = [low + (high - low) * i / steps for i in range(steps + 1)]
        self.points([(x, function(x)) for x in xs], style)

    def points(self, points: Sequence[tuple[float, float]], style: str) -> None:
        """Draw a line through `points`, given as values; each part within the frame on its own."""
        part: list[tuple[float, float]] = []
        for x, y in points:
            if self.ys[0] <= y <= self.ys[1] and self.xs[0] <= x <= self.xs[1]:
                part.append(self.at(x, y))
            elif part:
                self._line(part, style)
                part = []
        self._line(part, style)

    def ticks(self, xs: Sequence[float] = (), ys: Sequence[float] = ()) -> None:
        """Write numbers along the axes."""
        for x in xs:
            point = self.at(x, self.ys[0])
            self.drawing.line(point, (point[0], point[1] + 4), style="faint")
            self.drawing.text(point[0], point[1] + 14, f"{x:g}".replace("-", "−"), "small quiet")
        for y in ys:
            point = self.at(self.xs[0], y)
            self.drawing.line(point, (point[0] - 4, point[1]), style="faint")
            number = f"{y:g}".replace("-", "−")
            self.drawing.text(point[0] - 7, point[1], number, "small quiet", "end")

    def _line(self, points: list[tuple[float, float]], style: str) -> None:
        if len(points) > 1:
            self.drawing.line(*points, style=style)
