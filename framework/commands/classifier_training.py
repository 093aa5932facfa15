"""Training a classifier from the command line: a line per epoch, a test, a file that goes on."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from framework.commands.progress import epoch_bar, plain_console, progress_bars
from framework.commands.setup import describe_parts
from framework.training.checkpoints import load_checkpoint
from framework.training.classifier import ClassifierRun

#: What helps a run whose loss is no number any more.
ADVICE = "a smaller `--learning-rate`"


def train_classifier(run: ClassifierRun, out: Path, *, resume: bool) -> float:
    """Train to the last epoch, show how good the best one is, and save it.

    While the run lasts, `out` holds the best model so far, and the file ``.last`` beside it what
    is needed to go on.

    Args:
        run: at its start.
        out: where to save.
        resume: go on with what is there; a run that ended is not repeated.

    Returns:
        the score of the test part, or of what is held out where there is none.
    """
    console, last = plain_console(), out.with_name(f"{out.name}.last")
    if resume:
        _resume(run, out, last)
    for line in _introduction(run):
        console.print(line)
    with progress_bars(console) as progress:
        for epoch in range(run.epochs_done + 1, run.settings.epochs + 1):
            started, name = time.perf_counter(), f"epoch {epoch}/{run.settings.epochs}"
            loss, score = run.epoch(epoch_bar(progress, name, ADVICE))
            # In this order: what `.last` says is the best epoch is never older than `out`.
            run.checkpoint().save(out)
            run.progress().save(last)
            seconds = time.perf_counter() - started
            console.print(
                f"{name}   loss {loss:.4f}   held-out {run.task.valid.measure} {score:.4f}"
                f"   {seconds:.1f} s"
            )
    run.take_best()
    run.checkpoint().save(out)
    last.unlink(missing_ok=True)
    measured = _measured(run, console)
    console.print(f"Saved {out}. Next: `gradus evaluate {out}`")
    return measured


def show_spread(measure: str, scores: Sequence[float]) -> None:
    """Mean and standard deviation of the scores of several runs."""
    if len(scores) > 1:
        mean, spread = statistics.mean(scores), statistics.stdev(scores)
        plain_console().print(
            f"{measure} of {len(scores)} runs: mean {mean:.4f}, standard deviation {spread:.4f}, "
            f"from {min(scores):.4f} to {max(scores):.4f}"
        )


def train_numbered(run: ClassifierRun, out: Path, label: str, *, resume: bool) -> float:
    """`train_classifier` of one run among several: saved as ``m-LABEL.safetensors``, if m is `out`.

    Args:
        label: empty for a single run.
        resume: go on with what is there; of several runs, start those that have not begun.
    """
    if not label:
        return train_classifier(run, out, resume=resume)
    numbered = out.with_stem(f"{out.stem}-{label}")
    return train_classifier(run, numbered, resume=resume and numbered.exists())


def _resume(run: ClassifierRun, out: Path, last: Path) -> None:
    if last.is_file():
        run.resume(load_checkpoint(last), load_checkpoint(out))
    else:
        run.take_over(load_checkpoint(out))


def _introduction(run: ClassifierRun) -> list[str]:
    size = sum(math.prod(array.shape) for array in run.model.parameters.values())
    done = [f"going on after epoch {run.epochs_done}"] if run.epochs_done else []
    return [
        f"{run.model_name}, {size:,} parameters, {run.settings.precision} on {run.backend.device}",
        f"corpus {run.task.corpus}: {run.task.described}",
        *describe_parts(run.backend),
        *done,
    ]


def _measured(run: ClassifierRun, console: Console) -> float:
    """Show how good the model of the best epoch is."""
    task, best = run.task, run.best
    name, part = ("held-out", task.valid) if task.test is None else ("test", task.test)
    predicted = run.predict(part)
    score = part.score(predicted)
    chosen = f" after epoch {best.epoch}, the best on what is held out" if best else ""
    console.print(f"{task.scored(name, score)}{chosen}")
    for line in part.details(predicted):
        console.print(line)
    return score
