"""The page about a student's day: every command, and what it has shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from docs.transcripts import record
from docs.transcripts.record import Event

PAGE = Path(__file__).resolve().parents[1] / "day.md"
_HEAD = """# A student's day

`python -m docs.day` plays this day and writes this page. It installs gradus in a new environment,
builds a kit of five exercises, and types each command in the kit's folder. Three exercises are
wrong first: the code has a mistake of the course's own list. At the end, a model of these parts is
trained.
"""
#: Seconds in a sentence or in the last column of a table, with the spaces before them, and the
#: line with hashes and versions: they change from run to run.
_CHANGING = re.compile(
    r" *\d+\.\d+ ?s\b| +\d+\.\d\d$|^submission [0-9a-f]{8} .*\n\n?", re.MULTILINE
)


def page(events: Iterable[Event]) -> str:
    """Return the page, in Markdown; without seconds, hashes and versions."""
    return _CHANGING.sub("", record.page(_HEAD, events))
