"""How far a training run is: a bar for each epoch, and an end to one that goes astray."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from framework.errors import UsageError
from framework.training import OnStep


def plain_console() -> Console:
    """A console that prints lines as they are, neither coloured nor broken."""
    return Console(highlight=False, markup=False, soft_wrap=True)


@contextmanager
def progress_bars(console: Console) -> Iterator[Progress]:
    """A bar on a terminal; nothing but the printed lines where the output goes elsewhere."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]:.4f}"),
        TimeRemainingColumn(),
    )
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        yield progress


def epoch_bar(progress: Progress, description: str, advice: str) -> OnStep:
    """Moves one bar for one epoch, and stops a run that has gone astray.

    Args:
        progress: where the bar stands.
        description: what stands before it.
        advice: what to try where the loss is no number any more.
    """
    task = progress.add_task(description, total=None, loss=math.nan)

    def on_step(done: int, total: int, loss: float) -> None:
        if not math.isfinite(loss):
            raise UsageError(f"the loss is {loss} at step {done} of {total}: try {advice}")
        progress.update(task, completed=done, total=total, loss=loss, visible=done < total)

    return on_step
