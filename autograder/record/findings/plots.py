"""Plots that checks draw: lines and named points in one pair of axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from autograder.record.findings.base import Finding, Findings
from framework.errors import BadInputError
from framework.plotting.charts import LARGEST, Chart, Line


@dataclass(frozen=True)
class Plot(Chart, Finding):
    """A chart that a check draws."""

    kind: ClassVar[str] = "plot"

    @property
    def heading(self) -> str:
        """The title."""
        return self.title

    def text_lines(self) -> list[str]:
        """Return an empty tuple, because text cannot show a plot."""
        return []

    def html(self) -> str:
        """Return a figure with the title as its caption."""
        from autograder.record.findings.html import block
        from framework.plotting.svg import plot_svg

        return block("figure", drawing=plot_svg(self), caption=self.title)


class Plotter:
    """Draws the plots of one check; the fixture ``plot``."""

    def __init__(self, findings: Findings) -> None:
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
        pairs = {name: (float(place[0]), float(place[1])) for name, place in places.items()}
        drawn = (
            Line(name, (x,), (y,))
            for name, (x, y) in pairs.items()
            if _is_shown(x) and _is_shown(y)
        )
        self._findings.add(Plot(title, x_label, y_label, tuple(drawn)))


def _is_shown(number: float) -> bool:
    return abs(number) <= LARGEST  # NaN is not
