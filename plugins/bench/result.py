"""The measurement of one case, as frozen data, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.table import Table

from plugins.bench.catalogue import Case

if TYPE_CHECKING:
    from plugins.bench.measures import Speeds, Use


@dataclass(frozen=True)
class Result:
    """Speeds and use of all programs of a case.

    Attributes:
        case: the model.
        sizes: the sizes that were measured.
        goal: lower bound of the ratio of speeds that is wanted; None: there is none.
        unit: what is counted in a second.
        units: the number of units in a step.
        speeds: the seconds of each program.
        use: memory and launches of each program.
        is_same_model: whether all programs compute the same, which was checked.
        scores: how good the result of each program is, by program and score.
    """

    case: Case
    sizes: Mapping[str, Any]
    goal: float | None
    unit: str
    units: float
    speeds: Speeds
    use: Mapping[str, Use]
    is_same_model: bool
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def rate(self, name: str) -> float:
        """Return the median number of units in a second of the program `name`."""
        return self.units / self.speeds.median(name)

    def others(self) -> list[str]:
        """Return the names of the programs beside ours."""
        return [name for name in self.speeds.seconds if name != "ours"]


def result_table(results: Iterable[Result]) -> Table:
    """Return a row for each program."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("model")
    table.add_column("program")
    for name in ("per second", "spread", "ratio", "bound", "goal", "memory", "launches"):
        table.add_column(name, justify="right", no_wrap=True)
    for result in results:
        for name in result.speeds.seconds:
            table.add_row(*_row(result, name))
    return table


def _row(result: Result, name: str) -> list[str]:
    seconds, use = result.speeds.seconds[name], result.use.get(name)
    spread = f"{_shown(result.units / max(seconds))} to {_shown(result.units / min(seconds))}"
    peak = "-" if use is None or use.peak is None else f"{use.peak / 2**20:,.0f} MB"
    launches = "-" if use is None else str(use.launches)
    first = result.case.name if name == "ours" else ""
    shown = [first, name, f"{_shown(result.rate(name))} {result.unit}", spread]
    if name == "ours":
        return [*shown, "", "", "", peak, launches]
    ratio, bound = result.speeds.ratio(name)
    goal = result.goal
    wanted = "" if goal is None else f"{goal:.2f} {'yes' if bound >= goal else 'no'}"
    return [*shown, f"{ratio:.2f}", f"{bound:.2f}", wanted, peak, launches]


def _shown(rate: float) -> str:
    """Return a number of units in a second, small ones with decimals."""
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.2f}"


def score_lines(results: Iterable[Result]) -> list[str]:
    """Return a line for each program whose result has scores."""
    return [
        f"{result.case.name}, {name}: " + ", ".join(f"{k} {v:.3f}" for k, v in scores.items())
        for result in results
        for name, scores in result.scores.items()
        if scores
    ]


def as_json(setting: Mapping[str, Any], results: Iterable[Result]) -> dict[str, Any]:
    """Return all figures as plain dicts and lists."""
    return {"setting": dict(setting), "models": [_of_model(result) for result in results]}


def _of_model(result: Result) -> dict[str, Any]:
    ratios = {name: result.speeds.ratio(name) for name in result.others()}
    return {
        "model": result.case.name,
        "about": result.case.about,
        "sizes": dict(result.sizes),
        "unit": result.unit,
        "units per step": result.units,
        "programs compute the same": result.is_same_model,
        "goal": result.goal,
        "programs": {
            name: {
                "units per second": result.rate(name),
                "seconds per step": list(seconds),
                "peak bytes": result.use[name].peak if name in result.use else None,
                "launches per step": result.use[name].launches if name in result.use else None,
                "scores": dict(result.scores.get(name, {})),
            }
            for name, seconds in result.speeds.seconds.items()
        },
        "speed of ours over": {
            name: {"median": ratio, "lower bound": bound} for name, (ratio, bound) in ratios.items()
        },
    }
