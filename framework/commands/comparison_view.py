"""How a comparison of models looks on a terminal, in JSON, and as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from framework.comparison.claims import Claim
from framework.comparison.outcomes import Outcome
from framework.plotting.charts import Chart, Line
from framework.plotting.svg import save_chart

_MARKS = {True: "holds", False: "does not hold here"}


def outcome_table(outcomes: Sequence[Outcome], longest: int) -> Table:
    """A row for each family: accuracy, parameters, seconds.

    Args:
        outcomes: in the order of the rows.
        longest: words of the longest text, for what has to be computed in order.
    """
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    table.add_column("family", no_wrap=True)
    for name in ("accuracy", *_known("at best", outcomes), "parameters", "seconds", "in order"):
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
        f"{outcome.mean_seconds:.1f}",
        str(longest if outcome.in_order else 1),
    ]


def claim_table(claims: Sequence[Claim]) -> Table:
    """Each claim after whether it holds, with the numbers that say so."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for claim in claims:
        mark = Text(_MARKS[claim.holds], "green" if claim.holds else "red")
        table.add_row(mark, Text(f"{claim.text} ").append(f"({claim.numbers})", "dim"))
    return table


def as_json(
    settings: Mapping[str, Any], outcomes: Sequence[Outcome], claims: Sequence[Claim]
) -> dict[str, Any]:
    """The comparison as plain dicts and lists."""
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
        "seconds": list(outcome.seconds),
        "in_order": outcome.in_order,
    }


def save_pictures(outcomes: Sequence[Outcome], corpus: str, folder: Path) -> list[Path]:
    """Accuracy over parameters, and over seconds, each a picture in `folder`.

    Raises:
        BadInputError: a file cannot be written.
    """
    across = {
        "parameters": [float(outcome.parameters) for outcome in outcomes],
        "seconds": [outcome.mean_seconds for outcome in outcomes],
    }
    paths = []
    for label, xs in across.items():
        paths.append(folder / f"accuracy-over-{label}.svg")
        lines = tuple(map(_point, outcomes, xs))
        title = f"Families of models on {corpus}"
        save_chart(Chart(title, label, "accuracy, %", lines), paths[-1])
    return paths


def _point(outcome: Outcome, x: float) -> Line:
    """The accuracy of one family with its spread over seeds."""
    return Line(outcome.name, (x,), (100 * outcome.accuracy,), (100 * outcome.spread,))
