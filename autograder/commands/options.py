"""What the commands share: the option that names the course, and where output goes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

#: Width of output that goes to a file or a pipe, where nobody knows how wide it may be.
PIPED_WIDTH = 100

CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course",
        metavar="DIR",
        help="The course's folder; by default the one that holds the working directory.",
    ),
]

ExerciseArgument = Annotated[str, typer.Argument(help="An exercise; `gradus list` shows them.")]


def console() -> Console:
    """A console on standard output: colours on a terminal, plain text in a pipe."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPED_WIDTH
    return Console(width=width, highlight=False)


def say(text: str) -> None:
    """Print `text` as it is, broken nowhere."""
    typer.echo(text)


def shown(path: Path) -> str:
    """`path` as seen from the working directory, where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
