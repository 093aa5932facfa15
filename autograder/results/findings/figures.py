"""Figures of checks: plots that they draw, and a metric during training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from autograder.results.findings.finding import CheckFindings, Finding, block
from framework.errors import BadInputError
from framework.plotting.charts import LARGEST, Chart, Line, Matrix

#: Maximum number of values that a text shows.
NUMBERS = 8
#: From this ratio of the largest value to the smallest one on, the y axis is logarithmic.
WIDE = 30.0


@dataclass(frozen=True)
class Plot(Chart, Finding):
    """A chart that a check draws."""

    kind: ClassVar[str] = "plot"

    @property
    def heading(self) -> str:
        """The title."""
        return self.title

    def text_lines(self) -> list[str]:
        """Return no line: text cannot show a plot."""
        return []

    def html(self) -> str:
        """Return a figure with the title as its caption."""
        from framework.plotting.svg import plot_svg

        return block("figure", drawing=plot_svg(self), caption=self.title)


class Plotter:
    """Draws the plots of one check; the fixture ``plot``."""

    def __init__(self, findings: CheckFindings) -> None:
        self._findings = findings

    def __call__(
        self,
        title: str,
        lines: Mapping[str, Sequence[float]],
        *,
        x: Sequence[float],
        x_label: str,
        y_label: str,
        log: bool = False,
    ) -> None:
        """Draw the named `lines` over `x`; reports show them for every verdict.

        Points that are not finite or larger than a chart can show are left out, and on a
        logarithmic axis those that are not positive.

        Raises:
            BadInputError: the number of points of a line differs from that of `x`.
        """
        drawn = []
        for name, y in lines.items():
            if len(y) != len(x):
                raise BadInputError(f"line '{name}' has {len(y)} points, but x has {len(x)} values")
            points = [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
            kept = [p for p in points if all(map(_is_shown, p)) and not (log and p[1] <= 0)]
            drawn.append(Line(name, tuple(a for a, _ in kept), tuple(b for _, b in kept)))
        self._findings.add(Plot(title, x_label, y_label, tuple(drawn), log))

    def points(
        self, title: str, places: Mapping[str, Sequence[float]], *, x_label: str, y_label: str
    ) -> None:
        """Draw a map: each name of `places` beside its point (x, y), if a chart can show it."""
        pairs = {name: (float(point[0]), float(point[1])) for name, point in places.items()}
        drawn = (
            Line(name, (x,), (y,))
            for name, (x, y) in pairs.items()
            if _is_shown(x) and _is_shown(y)
        )
        self._findings.add(Plot(title, x_label, y_label, tuple(drawn)))

    def cells(self, title: str, shares: Any, rows: Sequence[str], columns: Sequence[str]) -> None:
        """Draw the matrix `shares` of numbers from 0 to 1; reports show it for every verdict.

        Raises:
            BadInputError: its shape is not that of the names, or a number is not in 0 ... 1.
        """
        values = tuple(tuple(float(share) for share in row) for row in shares)
        is_share = all(0 <= share <= 1 for row in values for share in row)
        if [len(row) for row in values] != [len(columns)] * len(rows) or not is_share:
            raise BadInputError(f"'{title}' needs {len(rows)} × {len(columns)} shares in 0 ... 1")
        self._findings.add(Cells(title, tuple(rows), tuple(columns), values))


def _is_shown(number: float) -> bool:
    return abs(number) <= LARGEST  # NaN is not


@dataclass(frozen=True)
class Cells(Matrix, Finding):
    """A matrix of shares that a check draws, such as the weights of an attention."""

    kind: ClassVar[str] = "cells"

    @property
    def heading(self) -> str:
        """The title."""
        return self.title

    def text_lines(self) -> list[str]:
        """Return the column with the largest share of each row."""
        tops = [max(zip(row, self.columns, strict=True)) for row in self.values]
        named = zip(self.rows, tops, strict=True)
        return [f"{name} <- {column} ({share:.2f})" for name, (share, column) in named]

    def html(self) -> str:
        """Return a figure with the title as its caption."""
        from framework.plotting.matrix_svg import matrix_svg

        return block("figure", drawing=matrix_svg(self), caption=self.title)


@dataclass(frozen=True)
class Curve(Finding):
    """The values of one metric during training, finite: a few numbers, and a chart.

    Attributes:
        metric: its name in words.
        threshold: the value that is asked for; None if there is no threshold.
        best: the best possible value; None if there is no limit.
    """

    kind: ClassVar[str] = "curve"
    explains_failure: ClassVar[bool] = True

    values: tuple[float, ...]
    metric: str = "metric"
    threshold: float | None = None
    best: float | None = None

    def text_lines(self) -> list[str]:
        """Return some of its values in one line."""
        return [in_numbers(self.values)]

    def html(self) -> str:
        """Return the chart, and some of the values under it; a single value is no line."""
        from framework.plotting.svg import plot_svg

        text = in_numbers(self.values)
        if len(self.values) > 1:
            return block("drawing", drawing=plot_svg(self.chart()), text=text)
        return block("drawing", drawing="", text=", ".join((text, *self._levels())))

    def _levels(self) -> dict[str, float]:
        """Return the threshold and the best possible value, if they exist, by name."""
        levels = {"threshold": self.threshold, "best possible": self.best}
        return {f"{name} {value:.4g}": value for name, value in levels.items() if value is not None}

    def chart(self) -> Chart:
        """Return the values over the measurements, with lines for the threshold and the best."""
        xs = tuple(map(float, range(1, len(self.values) + 1)))
        ys = tuple(max(-LARGEST, min(value, LARGEST)) for value in self.values)
        lines = [Line("yours", xs, ys)]
        lines += [Line(name, (xs[0], xs[-1]), (y, y)) for name, y in self._levels().items()]
        heights = [y for line in lines for y in line.y]
        log = min(heights) > 0 and max(heights) > WIDE * min(heights)
        title = f"{self.metric}: {in_numbers(self.values)}"
        return Chart(title, "measurement", self.metric, tuple(lines), log)


def in_numbers(curve: Sequence[float]) -> str:
    """Return ``0.17 → 0.52 → 0.81``: the first, the last, and values at even distances between."""
    count = min(len(curve), NUMBERS)
    last = len(curve) - 1
    chosen = [curve[round(i * last / max(count - 1, 1))] for i in range(count)]
    return " → ".join(f"{value:.3g}" for value in chosen)
