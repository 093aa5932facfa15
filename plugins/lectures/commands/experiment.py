"""`gradus experiment`: a claim of the lectures, measured on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framework.commands.options import (
    BackendName,
    BlockOption,
    Device,
    NumbersFile,
    PluginOption,
    ProviderName,
    Submission,
)
from framework.commands.output import console, progress, say
from framework.errors import UsageError
from framework.threads import pin_threads

if TYPE_CHECKING:
    from rich.table import Table

    from plugins.lectures.experiments.experiment import Findings, Measured, Setting

#: Name of the experiment that reads a text.
_READS_TEXT = "trigrams"
#: Name of the experiment that draws a chart.
_HAS_PICTURE = "forget_gates"


def experiment(
    name: Annotated[
        str | None,
        typer.Argument(metavar="EXPERIMENT", help="Name of an experiment. Default: list all."),
    ] = None,
    backend: BackendName = "numpy",
    provider: ProviderName = "",
    repeats: Annotated[
        int, typer.Option(min=1, help="Number of repeats of every measurement.")
    ] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first repeat.")] = 0,
    text: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"Text of `{_READS_TEXT}`. Default: a generated one."),
    ] = None,
    json_file: NumbersFile = None,
    plots: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=f"Save the chart of `{_HAS_PICTURE}` in DIR, as SVG."),
    ] = None,
    device: Device = "cpu",
    submission: Submission = None,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Measure lecture claims that cannot be graded: speed, or results that vary by seed.

    Every value is shown with its range over all repeats. A claim about speed holds if the ranges do
    not overlap. Times are CPU seconds of one thread.
    """
    pin_threads()  # times are measured
    from framework.commands.setup import choose_backend, load_plugins, unfinished_parts
    from framework.text_files import save_json
    from plugins.lectures.experiments.catalogue import EXPERIMENTS, chosen_experiment
    from plugins.lectures.experiments.experiment import Setting

    if name is None:
        for known, entry in EXPERIMENTS.items():
            say(f"{known}: {entry.about}")
        return
    chosen = chosen_experiment(name)
    if text is not None and name != _READS_TEXT:
        raise UsageError(f"the experiment '{name}' reads no text: `--text` is for '{_READS_TEXT}'")
    if plots is not None and name != _HAS_PICTURE:
        raise UsageError(f"'{name}' draws no picture: `--plots` is for '{_HAS_PICTURE}'")
    computing = choose_backend(
        load_plugins(plugin, block), backend, provider, submission=submission, device=device
    )
    setting = Setting(computing, seed, repeats, text)
    with computing.in_force(), unfinished_parts(computing), progress(f"measuring {name}"):
        findings = chosen.run(setting)
    _show(setting, chosen.about, findings)
    for file in save_charts(findings, plots) if plots is not None else ():
        say(f"Saved {file}")
    if json_file is not None:
        options = {
            "backend": computing.name,
            "provider": computing.provider,
            "device": device,
            "seed": seed,
            "repeats": repeats,
        }
        save_json(as_json(name, options, findings), json_file)
        say(f"Saved {json_file}")


def _show(setting: Setting, about: str, findings: Findings) -> None:
    """Print the machine, the measurements and the claims."""
    from framework.commands.setup import describe_parts
    from framework.threads import threads_in_words
    from plugins.lectures.commands.compare_view import claim_table

    say(about)
    say(f"{setting.repeats} times on {setting.backend.device}, {threads_in_words()}")
    for line in describe_parts(setting.backend):
        say(line)
    console().print("", measured_table(findings), "", claim_table(findings.claims), sep="\n")


def measured_table(findings: Findings) -> Table:
    """Return a row for each quantity: median, least and greatest value, and unit."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("measured")
    for name in ("median", "least", "greatest"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("unit")
    for metric in findings.measured:
        numbers = (metric.median, min(metric.values), max(metric.values))
        table.add_row(metric.name, *(_number(metric, n) for n in numbers), metric.unit)
    return table


def _number(measured: Measured, number: float) -> str:
    """Return `number` with three digits, counts in full."""
    return f"{number:.3g}" if measured.unit else f"{number:,.0f}"


def as_json(name: str, settings: dict[str, Any], findings: Findings) -> dict[str, Any]:
    """Return the findings as plain dicts and lists."""
    return {
        "experiment": name,
        "settings": settings,
        "measured": [
            {"name": measured.name, "unit": measured.unit, "values": list(measured.values)}
            for measured in findings.measured
        ],
        "claims": [vars(claim) for claim in findings.claims],
    }


def save_charts(findings: Findings, folder: Path) -> list[Path]:
    """Save each chart in `folder` as NAME.svg, and return the files.

    Raises:
        BadInputError: a file cannot be written.
    """
    from framework.plotting.svg import save_chart

    files = {folder / f"{name}.svg": chart for name, chart in findings.charts.items()}
    for file, chart in files.items():
        save_chart(chart, file)
    return list(files)
