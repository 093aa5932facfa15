"""A comparison of models as a table, as JSON, and as charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from framework.plotting.charts import Chart, Line
from framework.plotting.svg import save_chart
from plugins.lectures.comparison.claim import Claim
from plugins.lectures.comparison.outcomes import Outcome

_MARKS = {True: "holds", False: "does not hold here", None: "undecided"}
_COLOURS = {True: "green", False: "red", None: ""}


def outcome_table(outcomes: Sequence[Outcome], longest: int) -> Table:
    """Return a row for each family: accuracy, parameters, seconds per epoch.

    Args:
        outcomes: in the order of the rows.
        longest: words of the longest text, for what has to be computed in order.
    """
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("family", no_wrap=True)
    measured = ("parameters", "seconds per epoch", "in order")
    for name in ("accuracy", *_known("at best", outcomes), *measured):
        table.add_column(name, justify="right", no_wrap=True)
    for outcome in outcomes:
        table.add_row(*_cells(outcome, longest, any(other.best for other in outcomes)))
    return table


def _known(column: str, outcomes: Sequence[Outcome]) -> list[str]:
    return [column] if any(outcome.best for outcome in outcomes) else []


def _cells(outcome: Outcome, longest: int, is_best_known: bool) -> list[str]:
    spread = f" ± {100 * outcome.spread:.2f}" if len(outcome.accuracies) > 1 else ""
    best = "" if outcome.best is None else f"{outcome.best:.2%}"
    return [
        outcome.name,
        f"{outcome.accuracy:.2%}{spread}",
        *([best] if is_best_known else []),
        f"{outcome.parameters:,}",
        _seconds(outcome),
        str(longest if outcome.in_order else 1),
    ]


def _seconds(outcome: Outcome) -> str:
    """Return the median and the range of the timed epochs."""
    numbers = (outcome.typical_seconds, *outcome.range_of_seconds)
    typical, least, most = (f"{x:.3f}" if x < 1 else f"{x:.1f}" for x in numbers)
    return f"{typical} ({least}–{most})"


def claim_table(claims: Sequence[Claim]) -> Table:
    """Return a row for each claim: whether it holds, its text, and the numbers."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for claim in claims:
        mark = Text(_MARKS[claim.holds], _COLOURS[claim.holds])
        table.add_row(mark, Text(f"{claim.text} ").append(f"({claim.numbers})", "dim"))
    return table


def as_json(
    settings: Mapping[str, Any], outcomes: Sequence[Outcome], claims: Sequence[Claim]
) -> dict[str, Any]:
    """Return the comparison as plain dicts and lists."""
    return {
        "settings": dict(settings),
        "families": [_plain(outcome) for outcome in outcomes],
        "claims": [vars(claim) for claim in claims],
    }


def _plain(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "accuracy": outcome.accuracy,
        "spread": outcome.spread,
        "accuracies": list(outcome.accuracies),
        "best_possible": outcome.best,
        "parameters": outcome.parameters,
        "epoch_seconds": list(outcome.epoch_seconds),
        "in_order": outcome.in_order,
    }


def save_pictures(outcomes: Sequence[Outcome], corpus: str, folder: Path) -> list[Path]:
    """Save charts of accuracy over parameters and over seconds in `folder`.

    Raises:
        BadInputError: a file cannot be written.
    """
    pictures = {
        "parameters": [_point(o, float(o.parameters)) for o in outcomes],
        "seconds": [_point(o, o.typical_seconds, o.range_of_seconds) for o in outcomes],
    }
    labels = {"parameters": "parameters", "seconds": "seconds per epoch"}
    paths = []
    for name, lines in pictures.items():
        paths.append(folder / f"accuracy-over-{name}.svg")
        title = f"Families of models on {corpus}"
        save_chart(Chart(title, labels[name], "accuracy, %", tuple(lines)), paths[-1])
    return paths


def _point(outcome: Outcome, x: float, x_range: tuple[float, float] | None = None) -> Line:
    """Return the accuracy of one family with its spread over seeds, at `x` with its range."""
    y, spread = 100 * outcome.accuracy, 100 * outcome.spread
    return Line(outcome.name, (x,), (y,), (spread,), (x_range,) if x_range else ())
