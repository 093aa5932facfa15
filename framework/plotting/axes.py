"""Positions of values in a chart, and the numbers along its axes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import chain

from framework.plotting.charts import Chart

#: Maximum number of steps between the numbers along an axis.
_TICKS = 5
#: Margin beside single points, for their names, as a share of the range.
_ROOM = 0.08
#: Relative and absolute differences below which values count as equal.
_LEAST, _SMALLEST = 1e-12, 1e-300


@dataclass(frozen=True)
class Layout:
    """Size of a drawing and the margins around its axes, in pixels."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    def extended(self, *, above: float = 0, below: float = 0) -> Layout:
        """Return the same axes with more room above and below them."""
        height = self.height + above + below
        return replace(self, height=height, top=self.top + above, bottom=self.bottom + below)


@dataclass(frozen=True)
class PlotArea:
    """The axes of one chart in pixels; pixel y grows downwards.

    Attributes:
        xs: the least and the largest value of x.
        ys: the same of y; of their logarithms to base 10 where the axis is logarithmic.
        whole: the x are whole numbers.
    """

    layout: Layout
    xs: tuple[float, float]
    ys: tuple[float, float]
    log: bool
    whole: bool

    @classmethod
    def around(cls, chart: Chart, layout: Layout) -> PlotArea:
        """Return axes with room for all of `chart`."""
        xs = [x for line in chart.lines for x in chain(*line.x_reach)]
        ys = [math.log10(y) if chart.log else y for line in chart.lines for y in chain(*line.reach)]
        room = _ROOM if chart.points else 0.0
        y_range = _range(ys, room)
        if chart.log:  # from one power of ten to another
            y_range = float(math.floor(y_range[0])), float(math.ceil(y_range[1]))
        whole = all(float(x).is_integer() for x in xs)
        return cls(layout, _range(xs, room), y_range, chart.log, whole)

    def x(self, value: float) -> float:
        """Return the horizontal position of `value`, in pixels."""
        (low, high), layout = self.xs, self.layout
        width = layout.width - layout.left - layout.right
        return layout.left + width * (value - low) / (high - low)

    def y(self, value: float) -> float:
        """Return the vertical position of `value`, in pixels."""
        return self._down(math.log10(value) if self.log else value)

    def _down(self, value: float) -> float:
        (low, high), layout = self.ys, self.layout
        height = layout.height - layout.top - layout.bottom
        return layout.height - layout.bottom - height * (value - low) / (high - low)

    def x_ticks(self) -> list[tuple[float, str]]:
        """Return the positions and labels of the x axis."""
        return [(self.x(x), f"{x:g}") for x in _ticks(*self.xs, whole=self.whole)]

    def y_ticks(self) -> list[tuple[float, str]]:
        """Return the positions and labels of the y axis."""
        ticks = _ticks(*self.ys, whole=self.log)
        return [(self._down(y), f"1e{y:g}" if self.log else f"{y:g}") for y in ticks]


def _range(values: list[float], room: float) -> tuple[float, float]:
    """Return the range of `values`, extended by the share `room`; a single value gets a margin."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    size = max(abs(low), abs(high))
    if not high - low > max(_LEAST * size, _SMALLEST):
        around = max(0.5, size * _LEAST)
        return low - around, high + around
    beyond = room * (high - low)
    return low - beyond, high + beyond


def _ticks(low: float, high: float, *, whole: bool) -> list[float]:
    """Return round numbers from `low` to `high`, in steps of 1, 2 or 5 times a power of ten."""
    least = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(least))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= least)
    step = max(step, 1.0) if whole else step
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(i * step, 12) for i in range(first, last + 1)]
