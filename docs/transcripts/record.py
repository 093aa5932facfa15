"""What a page records: something that was said, a command, and what it printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Lines of an output that are shown.
MOST_LINES = 22


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
    if not event.command:
        return f"{event.said}\n"
    lines = event.output.splitlines()
    shown = lines[: event.most]
    if len(lines) > event.most:
        shown.append(f"... {len(lines) - event.most} more lines")
    text = "".join(f"{line.rstrip()}\n" for line in shown)
    return f"{event.said}\n\n```console\n$ {event.command}\n{text}```\n"
