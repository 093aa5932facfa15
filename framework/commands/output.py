"""Output of commands: sentences, tables and progress; colours and bars on a terminal alone."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO, cast

from framework.errors import StoppedError

if TYPE_CHECKING:
    from rich.console import Console

#: Width of tables in a file or a pipe.
PIPED_WIDTH = 100

_COMMAND = re.compile(r"`[^`]*`")


def say(text: str) -> None:
    """Print `text`; on a terminal its long lines break between words."""
    sys.stdout.write(wrapped(f"{text}\n", sys.stdout))
    sys.stdout.flush()


def write_error(text: str) -> None:
    """Write `text` to standard error, in lines of a terminal's width."""
    sys.stderr.write(wrapped(f"{text}\n", sys.stderr))
    sys.stderr.flush()


def wrapped(text: str, stream: IO[str]) -> str:
    """Return `text` with line breaks where the terminal `stream` ends; unchanged in a pipe.

    A line with spaces at its start is a command or a row of a list, and stays as it is. A command
    between backquotes stays in one line, so that it can be pasted.
    """
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    return "\n".join(_in_width(line, width) for line in text.split("\n"))


def _in_width(line: str, width: int) -> str:
    if len(line) <= width or line.startswith(" "):
        return line
    import textwrap  # for long lines alone: every command starts without it

    held_together = _COMMAND.sub(lambda match: match[0].replace(" ", "\0"), line)
    lines = textwrap.wrap(held_together, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace("\0", " ")


def shown(path: Path) -> str:
    """Return `path` relative to the working directory, if it is in it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def console(piped_width: int = PIPED_WIDTH) -> Console:
    """Return a console for tables: colours on a terminal, plain text in a pipe."""
    from rich.console import Console

    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(file=cast("TextIO", _Unpadded(sys.stdout)), width=piped_width, highlight=False)


class _Unpadded:
    """A stream without the spaces by which tables and paragraphs are padded at their end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write `text`, whole lines of it, without the spaces at their end."""
        return self._stream.write(re.sub(r" +$", "", text, flags=re.MULTILINE))


def announce(text: str) -> None:
    """Say on a terminal what begins, where the first result may take seconds."""
    if sys.stderr.isatty():
        write_error(text)


@contextmanager
def stopped_with(summary: Callable[[], str]) -> Iterator[None]:
    """Report what was done if Ctrl-C or SIGTERM interrupts the block.

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
