"""What a page records: something that was said, a command, and what it printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import fill

#: Lines of an output that are shown.
MOST_LINES = 22
#: Columns of a paragraph.
_WIDTH = 100
#: Hashes in the line of a report that says what was graded. They change with every edit.
_HASH = re.compile(r"(?<=submission )[0-9a-f]{8}\b|(?<= · course )(\S+ )[0-9a-f]{8}\b")


def without_hashes(output: str) -> str:
    """Return what a command printed without the hashes of the submission and of the course."""
    return _HASH.sub(r"\1…", output)


@dataclass(frozen=True)
class Event:
    """Something on a page.

    Attributes:
        said: a paragraph, in Markdown.
        command: what is typed; empty for nothing.
        output: what it prints.
        most: number of its lines that are shown.
    """

    said: str
    command: str = ""
    output: str = ""
    most: int = MOST_LINES


def page(head: str, events: Iterable[Event]) -> str:
    """Return the page that begins with `head`, in Markdown."""
    return "\n".join([head, *map(_part, events)])


def _part(event: Event) -> str:
    said = "\n\n".join(map(_wrapped, event.said.split("\n\n")))
    if not event.command:
        return f"{said}\n"
    lines = without_hashes(event.output).splitlines()
    shown = lines[: event.most]
    if len(lines) > event.most:
        shown.append(f"... {len(lines) - event.most} more lines")
    text = "".join(f"{line.rstrip()}\n" for line in shown)
    head = f"{said}\n\n" if said else ""
    return f"{head}```console\n$ {event.command}\n{text}```\n"


def _wrapped(paragraph: str) -> str:
    return fill(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)
