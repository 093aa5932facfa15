"""The table of `docs/performance.md`: what `gradus bench` measured on each machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PAGE = FOLDER.parent / "performance.md"

#: Lines between which the page is generated.
BEGIN, END = "<!-- begin: python -m docs.bench -->", "<!-- end -->"

_HEAD = (
    "| model | beside | ours per second | ratio | lower bound | goal |",
    "| --- | --- | --- | --- | --- | --- |",
)


def with_table(text: str, folder: Path = FOLDER) -> str:
    """Return the `text` of the page with the tables of the measurements in `folder`."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([f"{before}{BEGIN}", "", *_lines(folder), "", f"{END}{after}"])


def _lines(folder: Path) -> Iterator[str]:
    files = sorted(folder.glob("*.json"))
    if not files:
        yield "No machine has been measured yet."
    for i, file in enumerate(files):
        measured = json.loads(file.read_text("utf-8"))
        setting = ", ".join(
            f"{name} {value}" for name, value in measured["setting"].items() if name != "sizes"
        )
        yield from ("",) * bool(i)
        yield from (f"Measured: {setting}.", "", *_HEAD)
        for model in measured["models"]:
            yield from _rows(model)
        yield ""
        for model in measured["models"]:
            yield f"- `{model['model']}`: {model['about']}"
        for model in measured["models"]:
            yield from _scores(model)


def _scores(model: dict[str, Any]) -> Iterator[str]:
    """Yield a table of how good the result of each program is, where that was measured."""
    scores = {
        name: program["scores"]
        for name, program in model["programs"].items()
        if program.get("scores")
    }
    if not scores:
        return
    measures = list(next(iter(scores.values())))
    yield from ("", f"Scores of `{model['model']}`, higher is better:", "")
    yield f"| program | {' | '.join(measures)} |"
    yield f"| --- |{' --- |' * len(measures)}"
    for name, values in scores.items():
        yield f"| {name} | {' | '.join(f'{values[measure]:.3f}' for measure in measures)} |"


def _rows(model: dict[str, Any]) -> Iterator[str]:
    """Yield a row for each program beside ours."""
    rate = model["programs"]["ours"]["units per second"]
    shown = f"{rate:,.0f}" if rate >= 100 else f"{rate:.2f}"
    goal = "–" if model["goal"] is None else f"{model['goal']:.2f}"
    for name, ratio in model["speed of ours over"].items():
        ratios = f"{ratio['median']:.2f} | {ratio['lower bound']:.2f}"
        yield f"| `{model['model']}` | {name} | {shown} {model['unit']} | {ratios} | {goal} |"
