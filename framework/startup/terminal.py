"""Sentences on a terminal break between words, never inside a command."""

from __future__ import annotations

import re
import shutil
import sys
from typing import IO

_COMMAND = re.compile(r"`[^`]*`")


def write_error(text: str) -> None:
    """Write `text` and a line end to standard error, in lines of a terminal's width."""
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

    held_together = _COMMAND.sub(lambda found: found[0].replace(" ", "\0"), line)
    lines = textwrap.wrap(held_together, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace("\0", " ")
