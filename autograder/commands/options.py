"""Options and output that the commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

#: Width of output to a file or a pipe.
PIPED_WIDTH = 100

CourseOption = Annotated[
    Path | None,
    typer.Option(
        "--course",
        metavar="DIR|NAME",
        help="Folder of the course, or name of an installed one. Default: the course of the "
        "working directory.",
    ),
]

OwnExercise = Annotated[
    str,
    typer.Argument(
        help="An exercise; `gradus list` shows all. Default: the one whose folder you are in.",
        show_default=False,
    ),
]
ExerciseArgument = Annotated[str, typer.Argument(help="An exercise; `gradus list` shows all.")]


def console() -> Console:
    """Return a console for standard output: colours on a terminal, plain text in a pipe."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPED_WIDTH
    return Console(width=width, highlight=False)


def say(text: str) -> None:
    """Print `text` unchanged, without line breaks of its own."""
    typer.echo(text)


def shown(path: Path) -> str:
    """Return `path` relative to the working directory, if that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
