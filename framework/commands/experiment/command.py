"""`gradus experiment`: a claim of the lectures, measured on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from framework.commands.options import (
    BackendName,
    BlockOption,
    Device,
    PluginOption,
    Submission,
)
from framework.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from framework.experiments.experiment import Findings, Setting

#: The experiment that reads a text.
_READS_TEXT = "trigrams"
#: The experiment that draws a picture.
_HAS_PICTURE = "forget_gates"


def experiment(
    name: Annotated[
        str | None,
        typer.Argument(metavar="EXPERIMENT", help="Which experiment. Without it, all are listed."),
    ] = None,
    backend: BackendName = "numpy",
    repeats: Annotated[
        int, typer.Option(min=1, help="How often everything is measured or trained.")
    ] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first repeat.")] = 0,
    text: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"Text for `{_READS_TEXT}`; else one is generated."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Save all numbers in FILE.")
    ] = None,
    plots: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=f"Save the picture of `{_HAS_PICTURE}` in DIR, as SVG."),
    ] = None,
    device: Device = "cpu",
    submission: Submission = Path("exercises"),
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Measure a claim of the lectures that no grade can hold: seconds, or one that needs luck.

    Every value is shown with its range over all repeats. A claim about speed holds if the ranges do
    not overlap. Seconds are those of the processor, on one thread.
    """
    from framework.commands.experiment.view import as_json, save_charts
    from framework.commands.setup import choose_backend, load_plugins, unfinished_parts
    from framework.commands.text_console import TextConsole
    from framework.experiments.catalogue import EXPERIMENTS, chosen_experiment
    from framework.experiments.experiment import Setting
    from framework.text_files import save_json

    console = TextConsole()
    if name is None:
        for known, one in EXPERIMENTS.items():
            console.print(f"{known}: {one.about}")
        return
    chosen = chosen_experiment(name)
    if text is not None and name != _READS_TEXT:
        raise UsageError(f"the experiment '{name}' reads no text: `--text` is for '{_READS_TEXT}'")
    if plots is not None and name != _HAS_PICTURE:
        raise UsageError(f"'{name}' draws no picture: `--plots` is for '{_HAS_PICTURE}'")
    computing = choose_backend(
        load_plugins(plugin, block), backend, submission=submission, device=device
    )
    setting = Setting(computing, seed, repeats, text)
    with computing.in_force(), unfinished_parts(computing):
        findings = chosen.run(setting)
    _show(console, setting, chosen.about, findings)
    for file in save_charts(findings, plots) if plots is not None else ():
        console.print(f"Saved {file}")
    if json_file is not None:
        options = {"backend": backend, "device": device, "seed": seed, "repeats": repeats}
        save_json(as_json(name, options, findings), json_file)
        console.print(f"Saved {json_file}")


def _show(console: Console, setting: Setting, about: str, findings: Findings) -> None:
    """Print where it was measured, what was measured, and the claims."""
    from framework.commands.compare.view import claim_table
    from framework.commands.experiment.view import measured_table
    from framework.commands.setup import describe_parts
    from framework.threads import threads_in_words

    console.print(about)
    console.print(f"{setting.repeats} times on {setting.backend.device}, {threads_in_words()}")
    for line in describe_parts(setting.backend):
        console.print(line)
    console.print()
    console.print(measured_table(findings))
    console.print()
    console.print(claim_table(findings.claims))
