"""Options and output that the commands share."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, cast

import typer

from framework.startup.terminal import wrapped

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
        metavar="EXERCISE",
        help="An exercise; `gradus list` shows all. Default: the one whose folder you are in.",
        show_default=False,
    ),
]
ExerciseArgument = Annotated[
    str, typer.Argument(metavar="EXERCISE", help="An exercise; `gradus list` shows all.")
]
ExercisesOrUnits = Annotated[
    list[str] | None,
    typer.Argument(metavar="EXERCISE|UNIT", help="Exercises or units. Default: all."),
]


def console() -> Console:
    """Return a console for standard output: colours on a terminal, plain text in a pipe."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(file=cast("TextIO", _Unpadded(sys.stdout)), width=PIPED_WIDTH, highlight=False)


class _Unpadded:
    """A stream without the spaces by which tables and paragraphs are padded at their end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write `text`, whole lines of it, without the spaces at their end."""
        return self._stream.write(re.sub(r" +$", "", text, flags=re.MULTILINE))


def say(text: str) -> None:
    """Print `text`; on a terminal its long lines break between words."""
    typer.echo(wrapped(text, sys.stdout))


def shown(path: Path) -> str:
    """Return `path` relative to the working directory, if that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
