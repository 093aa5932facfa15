"""The command for one kind of run: from options to saved runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from framework.commands.option_command import option_command
from framework.commands.options import (
    BackendName,
    BlockOption,
    Device,
    PluginOption,
    Submission,
)
from framework.commands.train.recipe import recipe_option
from framework.training.kinds import RunKind, task_class
from framework.training.options import TrainingOptions
from framework.training.recipes import find_recipe

if TYPE_CHECKING:
    from framework.commands.train.result_file import ResultFile
    from framework.training.engine import Run
    from framework.training.task import Job


JsonFile = Annotated[
    Path | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Save settings, device, scores and seconds of all runs in FILE, after every epoch.",
    ),
]


def train_command(kind: RunKind) -> Callable[..., None]:
    """Return the function of ``gradus train NAME`` for runs of one kind."""

    def run(context: typer.Context, options: TrainingOptions, **setup: Any) -> None:
        _train(kind.name, context.info_name or "", options, **setup)

    return option_command(
        kind.options,
        run,
        name=kind.name,
        help=kind.help,
        before={
            "recipe": (recipe_option(kind.name, kind.options), None),
            "backend": (BackendName, "numpy"),
        },
        after={
            "json_file": (JsonFile, None),
            "device": (Device, "cpu"),
            "submission": (Submission, Path("exercises")),
            "plugin": (PluginOption, None),
            "block": (BlockOption, None),
        },
    )


def _train(
    kind: str,
    name: str,
    options: TrainingOptions,
    *,
    recipe: str | None,
    backend: str,
    json_file: Path | None,
    device: str,
    submission: Path,
    plugin: Sequence[str] | None,
    block: Sequence[str] | None,
) -> None:
    from framework.commands.setup import choose_backend, load_plugins, unfinished_parts
    from framework.commands.train.epoch_lines import show_spread
    from framework.commands.train.result_file import ResultFile
    from framework.training.task import Request

    plugins = load_plugins(plugin, block)
    task = task_class(kind, plugins.registry)
    computing = choose_backend(plugins, backend, submission=submission, device=device)
    found = find_recipe(name, plugins.registry.names("language_model"))
    request = Request(found.model, found.defaults, computing, plugins.corpora)
    out = options.out or Path("checkpoints", f"{name.replace(':', '-')}.safetensors")
    file = None if json_file is None else ResultFile(json_file, recipe, resumes=options.resume)
    with unfinished_parts(computing):
        scores = [_train_one(job, computing, out, file) for job in task.jobs(options, request)]
    show_spread(task.measure, scores)


def _train_one(job: Job, backend: Any, out: Path, file: ResultFile | None) -> float:
    """Train one of several runs, each with its own checkpoint, and return its score.

    With `--resume`, a run without a file starts from the beginning.
    """
    from framework.commands.train.epoch_lines import EpochLines
    from framework.commands.train.result_file import RecordedLines
    from framework.training.engine import Run
    from framework.training.saved_runs import SavedRun

    path = out.with_stem(f"{out.stem}-{job.label}") if job.label else out
    run = Run(backend, job.task, job.model, job.arguments, job.options)
    saved = SavedRun(run, path, EpochLines() if file is None else RecordedLines(file, job))
    saved.train(resume=job.options.resume and not (job.label and saved.is_new))
    return _report(run, job, path, file)


def _report(run: Run, job: Job, path: Path, file: ResultFile | None) -> float:
    """Show the score of the trained model and the next command, and return the score."""
    from framework.commands.text_console import TextConsole

    console, score = TextConsole(), run.scores[-1]
    for line in run.accelerator.notes():
        console.print(line)
    found = run.task.measured(run.model, run.backend.arrays)
    shown: list[str] = []
    if found is not None:
        score, (first, *details) = found
        shown = [f"{first}{_chosen(run)}", *details]
    for line in shown:
        console.print(line)
    if file is not None:
        file.end(run, job, score, shown)
    console.print(f"Saved {path}. Next: `{run.task.next_command(path)}`")
    for line in run.task.finish(run.checkpoint(), job.options, job.label):
        console.print(line)
    return score


def _chosen(run: Run) -> str:
    if run.options.keep != "best" or run.best is None:
        return ""
    return f" after epoch {run.best.epoch}, the best on held-out data"
