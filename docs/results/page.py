"""The table of `docs/results.md`: published figures beside measured ones."""

from __future__ import annotations

import json
import math
import statistics
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from docs.results.rows import ROWS, Row
from framework.commands.train.command import RECIPES

FOLDER = Path(__file__).parent
PAGE = FOLDER.parent / "results.md"
BENCHMARKS = FOLDER.parent / "bench/cpu.json"

#: Tokens of an epoch on the Penn Treebank (Zaremba et al. 2014, section 4.1: 929k).
TREEBANK = 929_589

#: Lines between which the page is generated.
BEGIN, END = "<!-- begin: python -m docs.results -->", "<!-- end -->"

_HEAD = (
    "| result | measure | paper | ours | device | threads | runs | epochs | hours | when |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
)


def measurement(row: Row) -> dict[str, Any] | None:
    """Return what `row` was measured as; None: it was not."""
    file = FOLDER / f"{row.name}.json"
    measured: dict[str, Any] | None = (
        json.loads(file.read_text("utf-8")) if file.is_file() else None
    )
    return measured


def with_table(text: str) -> str:
    """Return the `text` of the page with the table of today's measurements."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([f"{before}{BEGIN}", "", *_lines(ROWS), "", f"{END}{after}"])


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    rows = tuple(rows)
    yield from _HEAD
    for row in rows:
        yield f"| {' | '.join(_cells(row))} |"
    yield "\n## Commands\n"
    for row in rows:
        yield f"{row.title}:\n\n    {row.command} --json docs/results/{row.name}.json\n"
    yield "## Notes\n"
    yield from (f"- {row.title}: {note}." for row in rows if (note := _note(row)))


def _cells(row: Row) -> Iterator[str]:
    """Yield the cells of a row, from left to right."""
    yield row.title
    yield row.measure
    yield f"{row.paper:g}"
    measured = measurement(row)
    if measured is None or not measured["runs"][0]["held_out"]:
        yield f"to be measured{' on a GPU' if '--device cuda' in row.command else ''}"
        yield from ("–", "–", "–", "–")
        yield _estimated_hours(row)
        yield "–"
        return
    runs = _finished(row, measured) or measured["runs"]
    yield score(row, measured)
    yield measured["device"]
    yield f"{measured['threads']}"
    yield _runs(measured, len(runs))
    yield f"{min(len(run['held_out']) for run in runs)}"
    yield f"{_hours(runs):.2f}"
    yield f"{measured['date']}, {measured['version']}"


def _estimated_hours(row: Row) -> str:
    """Return the hours of the recipe at the speed of its benchmark, or a dash without one."""
    if not row.benchmark:
        return "–"
    measured = json.loads(BENCHMARKS.read_text("utf-8"))
    (model,) = (entry for entry in measured["models"] if entry["model"] == row.benchmark)
    epochs = tomllib.loads(_recipe(row).read_text("utf-8"))["epochs"]
    seconds = epochs * TREEBANK / model["programs"]["ours"]["units per second"]
    return f"about {seconds / 3600:.1f} on one thread of a CPU"


def _recipe(row: Row) -> Path:
    (file,) = RECIPES.glob(f"*/{row.recipe}.toml")
    return file


def score(row: Row, measured: dict[str, Any]) -> str:
    """Return the mean of the final scores with their spread, or the last held-out score so far."""
    factor = 100.0 if measured["measure"] == "accuracy" else 1.0
    scores = [factor * _figure(row, run) for run in _finished(row, measured)]
    if not scores:
        held_out = measured["runs"][0]["held_out"]
        epochs = f"{len(held_out)} of {measured['options']['epochs']} epochs"
        return f"held-out {measured['measure']} {factor * held_out[-1]:.1f} after {epochs}"
    mean = statistics.mean(scores)
    digits = 2 if row.paper != round(row.paper, 1) else 1
    spread = f" ± {statistics.stdev(scores):.{digits}f}" if len(scores) > 1 else ""
    return f"{mean:.{digits}f}{spread}"


def _finished(row: Row, measured: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the runs that have the figure of `row`."""
    return [run for run in measured["runs"] if math.isfinite(_figure(row, run))]


def _figure(row: Row, run: dict[str, Any]) -> float:
    """Return the figure of `row` that `run` has; NaN if it is not measured."""
    if not row.shown:
        return float(run.get("score", math.nan))
    words = (line.split() for line in run.get("shown", ()))
    return next((float(line[1]) for line in words if line[0] == row.shown), math.nan)


def _runs(measured: dict[str, Any], count: int) -> str:
    """Return the number of runs: of seeds, or of folds; and how many there are to be."""
    planned = measured["seeds"] * max(measured["folds"], 1)
    shown = f"{count}" if count == planned else f"{count} of {planned}"
    return f"{shown} {'fold' if measured['folds'] else 'seed'}{'s' if planned > 1 else ''}"


def _hours(runs: list[dict[str, Any]]) -> float:
    return sum(seconds or 0.0 for run in runs for seconds in run["seconds"]) / 3600


def _note(row: Row) -> str:
    """Return what is special about the measurement of `row`: the entry `note` of its file."""
    measured = measurement(row)
    return "" if measured is None else str(measured.get("note", ""))
