"""Content of charts: lines and named points over one pair of axes, and matrices of shares."""

from __future__ import annotations

from dataclasses import dataclass

#: Maximum size of a number in a chart; differences of larger ones may overflow.
LARGEST = 1e150


@dataclass(frozen=True)
class Line:
    """One line; the sizes of all numbers are at most `LARGEST`.

    Attributes:
        name: what the legend calls it, or what stands beside its only point.
        x: as many as `y`.
        y: heights.
        spread: half the length of the error bar at each point; none if empty.
        x_ranges: from where to where each x varies; nothing is drawn if empty.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    spread: tuple[float, ...] = ()
    x_ranges: tuple[tuple[float, float], ...] = ()

    @property
    def reach(self) -> tuple[tuple[float, float], ...]:
        """Lower and upper end of the error bar of each y; both are y without a spread."""
        spreads = self.spread or (0.0,) * len(self.y)
        return tuple((y - s, y + s) for y, s in zip(self.y, spreads, strict=True))

    @property
    def x_reach(self) -> tuple[tuple[float, float], ...]:
        """Lower and upper end of the range of each x; both are x without a range."""
        return self.x_ranges or tuple((x, x) for x in self.x)


@dataclass(frozen=True)
class Chart:
    """Lines over one pair of axes.

    Attributes:
        log: the y axis is logarithmic; all y are positive.
    """

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    log: bool = False

    @property
    def curves(self) -> tuple[Line, ...]:
        """The lines with more than one point."""
        return tuple(line for line in self.lines if len(line.x) > 1)

    @property
    def points(self) -> dict[tuple[float, float], str]:
        """The lines with one point: position -> the names of all lines there."""
        names: dict[tuple[float, float], list[str]] = {}
        for line in self.lines:
            if len(line.x) == 1:
                names.setdefault((line.x[0], line.y[0]), []).append(line.name)
        return {position: ", ".join(texts) for position, texts in names.items()}


@dataclass(frozen=True)
class Matrix:
    """A matrix of shares, drawn as cells: the larger a share, the darker its cell.

    Attributes:
        rows, columns: the names, from the top and from the left.
        values: a row for each of `rows`, with a share from 0 to 1 for each of `columns`.
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
