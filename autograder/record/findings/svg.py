"""Draws plots and curves as SVG elements."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.record.findings.plots import Plot

WIDTH, HEIGHT = 460.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 12.0, 26.0, 62.0
#: Kinds of lines, as page.css has them.
STYLES = 5
#: Numbers on an axis, at most.
TICKS = 5
#: Width of a letter, near enough, and of the sample of a line in front of its name.
LETTER, SAMPLE = 6.2, 18.0


def plot_svg(plot: Plot) -> str:
    """`plot` as an SVG element, with its title for those who cannot see it."""
    xs = [x for line in plot.lines for x in line.x] or [0.0]
    ys = [_height(y, plot) for line in plot.lines for y in line.y] or [0.0]
    frame = _Frame(_range(xs), _range(ys))
    body = [*_axes(plot, frame), *_curves(plot, frame), *_points(plot, frame)]
    return (
        f'<svg class="plot" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" width="{WIDTH:g}" '
        f'height="{HEIGHT:g}" role="img" aria-label="{escape(plot.title)}">{"".join(body)}</svg>'
    )


class _Frame:
    """Where values lie in the drawing, whose y axis points down."""

    def __init__(self, xs: tuple[float, float], ys: tuple[float, float]) -> None:
        self.xs, self.ys = xs, ys

    def x(self, value: float) -> float:
        low, high = self.xs
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - low) / (high - low)

    def y(self, value: float) -> float:
        low, high = self.ys
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low)


def _axes(plot: Plot, frame: _Frame) -> Iterator[str]:
    bottom, left, right = HEIGHT - BOTTOM, LEFT, WIDTH - RIGHT
    yield f'<path class="axis" d="M{left:g} {TOP:g}V{bottom:g}H{right:g}"></path>'
    for x in _ticks(*frame.xs):
        yield _text(frame.x(x), bottom + 14, f"{x:g}", "middle")
    for y in _ticks(*frame.ys, whole=plot.log):
        label = f"1e{y:g}" if plot.log else f"{y:g}"
        yield _text(left - 6, frame.y(y) + 4, label, "end")
    yield _text((left + right) / 2, bottom + 30, plot.x_label, "middle")
    yield _text(left - 6, TOP - 12, plot.y_label, "start")


def _curves(plot: Plot, frame: _Frame) -> Iterator[str]:
    """Every line, and under the axis its name."""
    x, y = LEFT, HEIGHT - 12
    for i, line in enumerate(plot.curves):
        pairs = zip(line.x, line.y, strict=True)
        points = " ".join(f"{frame.x(x):.1f},{frame.y(_height(y, plot)):.1f}" for x, y in pairs)
        sample = f"{x:.1f},{y - 4:g} {x + SAMPLE:.1f},{y - 4:g}"
        for shown in (points, sample):
            yield f'<polyline class="line{i % STYLES}" points="{shown}"></polyline>'
        yield _text(x + SAMPLE + 5, y, line.name, "start")
        x += SAMPLE + 20 + LETTER * len(line.name)


def _points(plot: Plot, frame: _Frame) -> Iterator[str]:
    """Every single point as a dot, its name above it and towards the middle."""
    for (x, y), name in plot.points.items():
        left, top = frame.x(x), frame.y(_height(y, plot))
        yield f'<circle cx="{left:.1f}" cy="{top:.1f}" r="4"></circle>'
        anchor = "end" if left > (LEFT + WIDTH - RIGHT) / 2 else "start"
        yield _text(left, top - 8, name, anchor)


def _height(y: float, plot: Plot) -> float:
    return math.log10(y) if plot.log else y


def _range(values: Sequence[float]) -> tuple[float, float]:
    """From the least to the largest; one value alone gets room on both sides."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Round numbers between `low` and `high`, 1, 2 or 5 times a power of ten apart."""
    least = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(least))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= least)
    step = max(step, 1.0) if whole else step
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(i * step, 12) for i in range(first, last + 1)]


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


#: Size of the drawing of a curve, and the margin that keeps the line's ends inside.
CURVE_WIDTH, CURVE_HEIGHT, CURVE_MARGIN = 160.0, 32.0, 2.0


def curve_svg(curve: Sequence[float], told: str) -> str:
    """The curve as an SVG element, described by `told` for those who cannot see it."""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _places(curve))
    return (
        f'<svg class="curve" viewBox="0 0 {CURVE_WIDTH:g} {CURVE_HEIGHT:g}" '
        f'width="{CURVE_WIDTH:g}" height="{CURVE_HEIGHT:g}" role="img" '
        f'aria-label="{escape(told)}"><polyline points="{points}"></polyline></svg>'
    )


def _places(curve: Sequence[float]) -> list[tuple[float, float]]:
    """Places in the drawing, whose y axis points down; a single value is a level line."""
    values = list(curve) * 2 if len(curve) == 1 else list(curve)
    low, high = min(values), max(values)
    width, height = CURVE_WIDTH - 2 * CURVE_MARGIN, CURVE_HEIGHT - 2 * CURVE_MARGIN
    heights = [(value - low) / (high - low) if high > low else 0.5 for value in values]
    return [
        (CURVE_MARGIN + width * i / (len(values) - 1), CURVE_MARGIN + height * (1 - share))
        for i, share in enumerate(heights)
    ]
