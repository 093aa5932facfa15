"""Output of commands: sentences, tables and progress; colours and bars on a terminal alone."""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, TextIO, cast

from framework.errors import BadInputError, StoppedError

if TYPE_CHECKING:
    from rich.console import Console

#: Width of tables in a file or a pipe.
PIPED_WIDTH = 100

_COMMAND = re.compile(r"`[^`]*`")


#: The errors of a disk that is full, or of a file that may not be written.
_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


def replace_unknown_characters() -> None:
    """Let the output show ``?`` for each character that its encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def discard_output() -> None:
    """Discard what is printed from now on: the reader of a pipe has ended, or a disk is full.

    Python itself would try to write it at its end.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def disk_error(error: BaseException) -> BadInputError | None:
    """Return what `error` of a full or read-only disk means; None if it is another error."""
    if not isinstance(error, OSError) or error.errno not in _DISK_ERRORS:
        return None
    name = error.filename or "a file or the output"
    return BadInputError(
        f"{name} cannot be used: {error.strerror}. Check free space and permissions, and run the "
        "command again; `gradus doctor` checks the folders"
    )


def say(text: str, later: str | None = None) -> None:
    """Print `text`; on a terminal its long lines break between words.

    Args:
        later: the start of what follows a break. Without it, a line with spaces at its start is
            a command or a row of a list, and stays as it is.
    """
    sys.stdout.write(wrapped(f"{text}\n", sys.stdout, later))
    sys.stdout.flush()


def write_error(text: str) -> None:
    """Write `text` to standard error, in lines of a terminal's width."""
    sys.stderr.write(wrapped(f"{text}\n", sys.stderr))
    sys.stderr.flush()


def wrapped(text: str, stream: IO[str], later: str | None = None) -> str:
    """Return `text` with line breaks where the terminal `stream` ends; unchanged in a pipe.

    A command between backquotes stays in one line, so that it can be pasted. `later`: see `say`.
    """
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    return "\n".join(_in_width(line, width, later) for line in text.split("\n"))


def _in_width(line: str, width: int, later: str | None) -> str:
    if len(line) <= width or (later is None and line.startswith(" ")):
        return line
    import textwrap  # for long lines alone: every command starts without it

    held_together = _COMMAND.sub(lambda match: match[0].replace(" ", "\0"), line)
    lines = textwrap.wrap(
        held_together,
        width,
        subsequent_indent=later or "",
        break_long_words=False,
        break_on_hyphens=False,
    )
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
