"""A metric during training: as a few numbers, and as a chart with what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from autograder.record.findings.base import Finding

if TYPE_CHECKING:
    from framework.plotting.charts import Chart

#: Maximum number of values that a text shows.
NUMBERS = 8
#: From this ratio of the largest value to the smallest one on, the y axis is logarithmic.
WIDE = 30.0


@dataclass(frozen=True)
class Curve(Finding):
    """The values of one metric during training, finite, first to last.

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
        from autograder.record.findings.html import block
        from framework.plotting.svg import plot_svg

        text = in_numbers(self.values)
        if len(self.values) > 1:
            return block("drawing", drawing=plot_svg(self.chart()), text=text)
        return block("drawing", drawing="", text=", ".join((text, *self._levels())))

    def _levels(self) -> dict[str, float]:
        """Return the threshold and the best possible value, as far as there are such, by name."""
        levels = {"threshold": self.threshold, "best possible": self.best}
        return {f"{name} {value:.4g}": value for name, value in levels.items() if value is not None}

    def chart(self) -> Chart:
        """Return the values over the measurements, with lines for the threshold and the best."""
        from framework.plotting.charts import LARGEST, Chart, Line

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
