"""`gradus bench`: the models of the torch backend beside plain `torch.nn` programs."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framework.commands.options import BlockOption, Device, PluginOption
from framework.commands.output import write_error
from framework.errors import GradusError, UsageError
from framework.importing import load_target
from framework.threads import pin_threads
from plugins.bench.catalogue import CASES, Case, chosen_cases

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from framework.providers.backends import Backend
    from plugins.bench.measures import Limits
    from plugins.bench.result import Result

_NAMES = ", ".join(dict.fromkeys(case.group or case.name for case in CASES))

#: Precisions in which both programs compute.
PRECISIONS = ("float32", "float64", "bfloat16")


def _checked_precision(value: str) -> str:
    if value not in PRECISIONS:
        raise UsageError(f"`--precision` is one of {', '.join(PRECISIONS)}, but got '{value}'")
    return value


def bench(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL",
            help=f"Models to measure: {_NAMES}. "
            "Default: all that take seconds on a CPU. `--list` shows each with its sizes.",
        ),
    ] = None,
    device: Device = "cpu",
    precision: Annotated[
        str,
        typer.Option(
            metavar="<float32|float64|bfloat16>",
            callback=_checked_precision,
            help="Number type; with bfloat16 the weights stay in float32.",
        ),
    ] = "float32",
    seconds: Annotated[
        float, typer.Option(min=0.1, help="Time for all rounds of a model; at least 3 are taken.")
    ] = 10.0,
    rounds: Annotated[
        int | None, typer.Option(min=1, help="Number of rounds of a model, instead of a time.")
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(min=1, help="Steps of a program in a round. Default: as many as take 0.02 s."),
    ] = None,
    threads: Annotated[
        int, typer.Option(min=1, help="Threads on a CPU; with one, processor time is counted.")
    ] = 1,
    tiny: Annotated[
        bool, typer.Option("--tiny", help="Small sizes: shows that all works, not what is fast.")
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Save all figures in FILE.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--list", help="List the models, and measure none.")
    ] = False,
    plugin: PluginOption = None,
    block: BlockOption = None,
) -> None:
    """Measure training steps of the torch backend beside plain `torch.nn` programs.

    Both programs have the same model, data, optimizer and precision. Before they are timed, one
    step of both in float64 has to give the same loss and parameters. They are timed in turn, round
    by round. `torch.nn` uses the optimizer parameter by parameter, `torch.nn, foreach` on lists.

    The table shows medians, the spread, the ratio of our speed to the other one, its lower bound
    (5th percentile of bootstrap samples), and the goal of the bound. Launches are operations on a
    CPU, and kernels, copies and graphs on a GPU.

    For example: `gradus bench zaremba_small gru --device cuda --json figures.json`.
    """
    from rich.console import Console

    console = Console(highlight=False, markup=False)
    chosen = chosen_cases(models or ())
    if show:
        for case in chosen if models else CASES:
            console.print(f"{case.name}: {case.about}", soft_wrap=True)
        return
    pin_threads(threads)
    _check_available(chosen)
    backend, setting = _prepared(device, threads, plugin, block)
    setting |= {"precision": precision, "sizes": "tiny" if tiny else "as listed"}
    console.print(", ".join(f"{name} {value}" for name, value in setting.items()), soft_wrap=True)
    from plugins.bench.measures import Limits
    from plugins.bench.result import Result

    limits = Limits(seconds=seconds, rounds=rounds, steps=steps)
    results = list[Result]()
    try:
        for result in _measured(console, chosen, backend, precision, limits, tiny):
            if isinstance(result, GradusError):
                if len(chosen) == 1:
                    raise result
                write_error(f"gradus: {result}")
            else:
                results.append(result)
    finally:  # what was measured is shown and saved, also when the rest is interrupted
        if results:
            _show(console, results)
            _save(console, results, setting, json_file, is_whole=len(results) == len(chosen))
    if missing := len(chosen) - len(results):
        raise UsageError(f"{missing} of {len(chosen)} models could not be measured: see above")


def _check_available(cases: Sequence[Case]) -> None:
    """Check that what the models need is there, before the first one is measured.

    Raises:
        UsageError: PyTorch or what a model is measured beside is not installed.
    """
    if importlib.util.find_spec("torch") is None:
        raise UsageError(
            "`gradus bench` needs PyTorch, which is not installed: run "
            "`pip install 'gradus-nlp[torch]'`"
        )
    for target in dict.fromkeys(case.target for case in cases):
        load_target(target).check_available()


def _prepared(
    device: str, threads: int, plugin: Sequence[str] | None, block: Sequence[str] | None
) -> tuple[Backend, dict[str, Any]]:
    """Return the backend, and in words where it computes.

    Raises:
        UsageError: PyTorch cannot compute on `device`.
    """
    import psutil
    import torch

    from framework.commands.setup import load_plugins
    from framework.providers.backends import Backend
    from plugins.bench.measurement import device_in_words

    torch.set_num_threads(threads)
    backend = Backend(load_plugins(plugin, block).registry, "torch", device=device)
    _ = backend.arrays  # says first whether there is such a device
    load = f"{psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} processors"
    return backend, {**device_in_words(device), "load": load}


def _measured(
    console: Console,
    cases: Sequence[Case],
    backend: Backend,
    precision: str,
    limits: Limits,
    is_tiny: bool,
) -> Iterator[Result | GradusError]:
    """Measure `cases` one after the other, with a bar on a terminal and else with their names.

    Yields:
        for each its result, or why it could not be measured.
    """
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from plugins.bench.measurement import measured

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    is_shown = console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=not is_shown) as bars:
        for i, case in enumerate(cases, start=1):
            bar = bars.add_task(title := f"{i} of {len(cases)}: {case.name}", total=1.0)
            if not is_shown:
                console.print(title, soft_wrap=True)
            try:
                yield measured(
                    case,
                    backend,
                    precision=precision,
                    limits=limits,
                    is_tiny=is_tiny,
                    on_round=partial(_advance, bars, bar),
                )
            except GradusError as error:
                yield error
            bars.remove_task(bar)


def _advance(bars: Progress, bar: TaskID, share: float) -> None:
    """Show the finished share of a model."""
    bars.update(bar, completed=share)


def _show(console: Console, results: Sequence[Result]) -> None:
    """Show the table."""
    from plugins.bench.result import result_table, score_lines

    wide = console if console.is_terminal else type(console)(width=140, highlight=False)
    wide.print(result_table(results))
    for line in score_lines(results):
        console.print(line, soft_wrap=True)
    if any(result.case.group == "qrnn" for result in results):
        console.print("qrnn: two kinds of layer of equal size; they do not compute the same.")


def _save(
    console: Console,
    results: Sequence[Result],
    setting: dict[str, Any],
    file: Path | None,
    *,
    is_whole: bool,
) -> None:
    """Save the figures in `file`; incomplete ones do not replace a file."""
    from framework.text_files import save_json
    from plugins.bench.result import as_json

    if file is None:
        return
    if file.exists() and not is_whole:
        console.print(f"{file} is unchanged, because not all models were measured", soft_wrap=True)
        return
    save_json(as_json(setting, results), file)
    console.print(f"Saved {file}", soft_wrap=True)
