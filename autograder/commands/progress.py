"""What slow commands show: a first line, a progress bar, and what was done until Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from framework.errors import StoppedError
from framework.startup.terminal import write_error


def announce(text: str) -> None:
    """Say on a terminal what begins, where the first result may take seconds."""
    if sys.stderr.isatty():
        write_error(text)


@contextmanager
def stopped_with(summary: Callable[[], str]) -> Iterator[None]:
    """End the block, when Ctrl-C or SIGTERM interrupts it, with what was done until then.

    Raises:
        StoppedError: it was interrupted.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise StoppedError(f"interrupted: {summary()}") from None


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """Show a progress bar on a terminal during the block; nothing in a pipe.

    Yields: a function to call with the number of steps done, and of all steps.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
