"""Findings of an experiment on a terminal and in JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.table import Table

from framework.experiments.experiment import Findings, Measured
from framework.plotting.svg import save_chart


def measured_table(findings: Findings) -> Table:
    """Return a row for each quantity: median, least and greatest value, and unit."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("measured")
    for name in ("median", "least", "greatest"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("unit")
    for one in findings.measured:
        numbers = (one.median, min(one.values), max(one.values))
        table.add_row(one.name, *(_number(one, number) for number in numbers), one.unit)
    return table


def _number(one: Measured, number: float) -> str:
    """Return `number` with three digits, counts in full."""
    return f"{number:.3g}" if one.unit else f"{number:,.0f}"


def as_json(name: str, settings: dict[str, Any], findings: Findings) -> dict[str, Any]:
    """Return the findings as plain dicts and lists."""
    return {
        "experiment": name,
        "settings": settings,
        "measured": [
            {"name": one.name, "unit": one.unit, "values": list(one.values)}
            for one in findings.measured
        ],
        "claims": [vars(claim) for claim in findings.claims],
    }


def save_charts(findings: Findings, folder: Path) -> list[Path]:
    """Save each picture in `folder` as NAME.svg, and return the files.

    Raises:
        BadInputError: a file cannot be written.
    """
    files = {folder / f"{name}.svg": chart for name, chart in findings.charts.items()}
    for file, chart in files.items():
        save_chart(chart, file)
    return list(files)
