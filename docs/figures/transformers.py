"""Figures of the unit on transformers."""

from __future__ import annotations

import math

from docs.figures.drawing import Drawing
from docs.figures.registry import figure

#: Three rows of four features.
ROWS = ((1, 2, 3, 6), (0, 4, 4, 0), (5, 3, 2, 6))


@figure("transformers/layer_norm/axes.svg")
def axes() -> Drawing:
    """Draw which numbers share their statistics in batch and in layer normalization."""
    d = Drawing(
        "Statistics of a feature over the batch, and of a row over its features",
        "Two tables have the same three rows of four features: 1 2 3 6, 0 4 4 0 and 5 3 2 6. In "
        "the left one, the second column is marked: batch normalization computes its mean, 3, and "
        "variance, 0.67, over the rows. In the right one, the second row is marked: layer "
        "normalization computes its mean, 2, and variance, 4, over the features.",
        218,
    )
    for left, title in ((74.0, "batch normalization"), (316.0, "layer normalization")):
        d.text(left + 63, 16, title, "strong")
        d.text(left + 63, 40, "features", "small quiet")
        for i, row in enumerate(ROWS):
            for c, value in enumerate(row):
                is_marked = c == 1 if left < 200 else i == 1
                x, y = left + 42 * c, 66 + 38 * i
                d.box(x, y, 38, 32, f"{value}", "gate" if is_marked else "box")
    d.text(46, 104, "rows", "small quiet", "end")
    d.arrow((116, 162), (116, 182))
    d.text(116, 198, "μ = 3, σ² = 0.67", "formula")
    d.arrow((462, 104), (472, 104), (472, 198), (440, 198))
    d.text(380, 198, "μ = 2, σ² = 4", "formula")
    d.line((252, 30), (252, 206), style="faint")
    return d


#: Number of features of the figure of pairs, and how many of their pairs it shows.
D, PAIRS = 16, 3


@figure("transformers/positions/pairs.svg")
def pairs() -> Drawing:
    """Draw the angles of three pairs of features at seven positions."""
    d = Drawing(
        "The first three of eight pairs at the positions 0 to 6",
        "Three rows of seven circles, each with a hand that starts at the right. In the first row "
        "the hand turns by 1 radian per position, and has gone round nearly once at position 6. "
        "In the second row it turns by 0.32 radians per position, and has gone a third of the "
        "way. In the third row it turns by 0.1 radians and has hardly moved.",
        216,
    )
    for i in range(PAIRS):
        rate, y = 10000 ** (-2 * i / D), 38.0 + 52 * i
        d.text(86, y - 8, f"pair {i}", "small strong", "end")
        d.text(86, y + 10, f"{rate:.2g} t", "formula small", "end")
        for t in range(7):
            x = 122.0 + 54 * t
            d.circle(x, y, 20, style="on" if i == 0 else "box")
            d.arrow((x, y), (x + 19 * math.cos(rate * t), y - 19 * math.sin(rate * t)))
    for t in range(7):
        d.text(122.0 + 54 * t, 184, f"{t}", "small")
    d.text(284, 204, "position t", "small quiet")
    return d


#: Settings of the schedule that is drawn: w and r.
WARMUP, LEAST = 0.2, 0.25


@figure("transformers/warmup_and_decay/schedule.svg")
def schedule() -> Drawing:
    """Draw a learning rate that grows along a line and falls along half a cosine."""
    d = Drawing(
        "The learning rate of a training with warmup and cosine decay",
        "The rate grows along a line from 0 to its greatest value in the first fifth of the "
        "training. Then it falls along half a cosine, slowly at first and at last, to a quarter "
        "of this value at the end.",
        226,
    )
    left, bottom, width, height = 70.0, 176.0, 370.0, 140.0

    def point(share: float, rate: float) -> tuple[float, float]:
        return left + share * width, bottom - rate * height

    d.line(point(0, 1.08), point(0, 0), point(1.03, 0))
    for share, name in ((WARMUP, "w"), (1.0, "1")):
        d.line(point(share, 0), point(share, 1), style="faint")
        d.text(point(share, 0)[0], bottom + 16, name, "formula")
    for rate, name in ((1.0, "α_0"), (LEAST, "r α_0")):
        d.line(point(0, rate), point(1, rate), style="faint")
        d.text(left - 8, point(0, rate)[1], name, "formula", "end")
    falling = [0.5 + 0.5 * math.cos(math.pi * i / 40) for i in range(41)]
    shares = [WARMUP + (1 - WARMUP) * i / 40 for i in range(41)]
    curve = [LEAST + (1 - LEAST) * share for share in falling]
    d.line(point(0, 0), *map(point, shares, curve), style="first")
    d.text(point(0.11, 0)[0], 18, "warmup", "small quiet")
    d.text(point(0.6, 0)[0], 18, "half a cosine", "small quiet")
    d.text(point(0.6, 0)[0], bottom + 38, "share s of the training", "small quiet")
    return d
