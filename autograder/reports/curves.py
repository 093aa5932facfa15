"""A metric as training went on: in a few numbers, and as a line."""

from __future__ import annotations

from collections.abc import Sequence

#: So many numbers stand for a curve.
NUMBERS = 8
#: Size of the drawing, and the margin that keeps the line's ends inside.
WIDTH, HEIGHT, MARGIN = 160.0, 32.0, 2.0


def in_numbers(curve: Sequence[float]) -> str:
    """``0.17 → 0.52 → 0.81``: the first, the last, and values at even distances between."""
    count = min(len(curve), NUMBERS)
    last = len(curve) - 1
    chosen = [curve[round(i * last / max(count - 1, 1))] for i in range(count)]
    return " → ".join(f"{value:.3g}" for value in chosen)


def as_svg(curve: Sequence[float]) -> str:
    """The curve as an SVG element, described in numbers for those who cannot see it."""
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _points(curve))
    return (
        f'<svg class="curve" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" width="{WIDTH:g}" '
        f'height="{HEIGHT:g}" role="img" aria-label="{in_numbers(curve)}">'
        f'<polyline points="{points}"></polyline></svg>'
    )


def _points(curve: Sequence[float]) -> list[tuple[float, float]]:
    """Places in the drawing, whose y axis points down; a single value is a level line."""
    values = list(curve) * 2 if len(curve) == 1 else list(curve)
    low, high = min(values), max(values)
    width, height = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    heights = [(value - low) / (high - low) if high > low else 0.5 for value in values]
    return [
        (MARGIN + width * i / (len(values) - 1), MARGIN + height * (1 - share))
        for i, share in enumerate(heights)
    ]
