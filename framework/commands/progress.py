"""How far a training run is: a bar for each epoch, and an end to one that goes astray."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
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

from framework.errors import UsageError
from framework.training.loops import OnStep


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
        SpeedColumn(),
        TimeRemainingColumn(),
    )
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        yield progress


class SpeedColumn(ProgressColumn):
    """Tokens per second, where the tokens of a step are known."""

    def render(self, task: Task) -> Text:
        """What stands beside the bar of `task`."""
        tokens = task.fields["tokens"]
        return Text(f"{task.speed * tokens:,.0f} tokens/s" if tokens and task.speed else "")


def epoch_bar(
    progress: Progress, description: str, advice: str, *, tokens: int | None = None
) -> OnStep:
    """Moves one bar for one epoch, and stops a run that has gone astray.

    Args:
        progress: where the bar stands.
        description: what stands before it.
        advice: what to try where the loss is no number any more.
        tokens: how many of them a step reads, for the speed; None shows none.
    """
    task = progress.add_task(description, total=None, loss=math.nan, tokens=tokens)

    def on_step(done: int, total: int, loss: float) -> None:
        if not math.isfinite(loss):
            raise UsageError(f"the loss is {loss} at step {done} of {total}: try {advice}")
        progress.update(task, completed=done, total=total, loss=loss, visible=done < total)

    return on_step
