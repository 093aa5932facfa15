"""The progress of a training run: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from framework.commands.output import console, say
from framework.commands.setup import describe_parts
from framework.training.engine import OnStep, TrainingRun
from framework.training.saved_runs import Watcher

#: Minimum and maximum seconds between two lines within an epoch, if the output is no terminal. The
#: minimum needs another tenth of the steps.
LINE_AFTER, LINE_BY = 10.0, 30.0


def show_spread(measure: str, scores: Sequence[float]) -> None:
    """Show mean and standard deviation of the scores of several runs."""
    if len(scores) > 1:
        mean, spread = statistics.mean(scores), statistics.stdev(scores)
        say(
            f"{measure} of {len(scores)} runs: mean {mean:.4f}, standard deviation {spread:.4f}, "
            f"from {min(scores):.4f} to {max(scores):.4f}"
        )


class EpochLines(Watcher):
    """Shows a run: its settings, the progress of each epoch, and the result of each epoch."""

    def __init__(self) -> None:
        self._started = self._rate = 0.0

    def begins(self, run: TrainingRun) -> None:
        """Print the model, the corpus and the parts of the run."""
        done = [f"continuing after epoch {run.epochs_done}{_within(run)}"] * is_resumed(run)
        for line in (
            f"{run.model_name}, {run.task.size_of(run.model)}, {run.options.precision} on "
            f"{run.backend.device}",
            f"corpus {run.task.corpus}: {run.task.described}",
            *describe_parts(run.backend),
            *done,
        ):
            say(line)

    @contextmanager
    def epoch(self, run: TrainingRun) -> Iterator[OnStep]:
        """Show the progress of the epoch."""
        self._started, self._rate = time.perf_counter(), run.learning_rate
        with epoch_progress(self._name(run, run.epochs_done + 1), run) as on_step:
            yield on_step

    def epoch_ends(self, run: TrainingRun, loss: float, score: float) -> None:
        """Print a line about the epoch."""
        seconds = time.perf_counter() - self._started
        penalty = run.penalty()
        parts = [
            f"rate {self._rate:g}" if run.is_scheduled else "",
            f"loss {loss:.4f}",
            "" if penalty is None else f"penalty {penalty:.4f}",
            run.task.held_out(score),
            run.task.speed(run.seconds, run.options),
            f"{seconds:.1f} s",
        ]
        name = self._name(run, run.epochs_done)
        say("   ".join([name, *filter(None, parts)]))

    @staticmethod
    def _name(run: TrainingRun, epoch: int) -> str:
        return f"epoch {epoch}/{run.options.epochs}"


def is_resumed(run: TrainingRun) -> bool:
    """Return whether `run` continues an earlier run."""
    return bool(run.epochs_done or run.steps_done)


def _within(run: TrainingRun) -> str:
    return f" and step {run.steps_done} of the next one" if run.steps_done else ""


@contextmanager
def epoch_progress(
    name: str, run: TrainingRun, clock: Callable[[], float] = time.monotonic
) -> Iterator[OnStep]:
    """Show the progress of an epoch: by a bar on a terminal, else by lines.

    Args:
        name: the name of the epoch.
        run: the run of the epoch.
        clock: returns the time in seconds.
    """
    lines = EpochSteps(name, clock)
    with _bars() as progress:
        tokens, unit = run.task.step_size(run.options), run.task.unit
        bar = progress.add_task(name, total=None, loss="", tokens=tokens, unit=unit)

        def on_step(done: int, total: int, loss: float | None) -> None:
            shown = "" if loss is None else f"loss {loss:.4f}"
            progress.update(bar, completed=done, total=total, loss=shown)
            if progress.disable:
                lines.step(done, total, shown)

        yield on_step


class EpochSteps:
    """Prints lines about the progress of an epoch, equal for every backend.

    Args:
        name: the name of the epoch.
        clock: returns the time in seconds.
    """

    def __init__(self, name: str, clock: Callable[[], float]) -> None:
        self._name, self._clock = name, clock
        self._when, self._before = clock(), 0

    def step(self, done: int, total: int, loss: str) -> None:
        """Record that `done` of `total` steps are done."""
        if done < total and self._is_due(done, total):
            self._when, self._before = self._clock(), done
            say(f"{self._name}   step {done:,} of {total:,}   {loss}".rstrip())

    def _is_due(self, done: int, total: int) -> bool:
        waited = self._clock() - self._when
        return waited >= LINE_BY or (waited >= LINE_AFTER and (done - self._before) * 10 >= total)


def _bars() -> Progress:
    """Return a bar on a terminal; nothing for other output."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[loss]}"),
        SpeedColumn(),
        TimeRemainingColumn(),
    )
    output = console()
    return Progress(*columns, console=output, transient=True, disable=not output.is_terminal)


class SpeedColumn(ProgressColumn):
    """The column with tokens, examples or words per second."""

    def render(self, task: Task) -> Text:
        """Return the speed that is shown next to the bar of `task`."""
        tokens, unit = task.fields["tokens"], task.fields["unit"]
        return Text(f"{task.speed * tokens:,.0f} {unit}/s" if task.speed else "")
