"""The page about a term: every command, and what it has shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from docs.transcripts import record
from docs.transcripts.record import Event

PAGE = Path(__file__).resolve().parents[1] / "term.md"
_HEAD = """# A term of a class

`python -m docs.term` plays this term and writes this page: 200 students, five weeks, one learning
system in each week. The students and their work are invented. Every command is typed, and shows
what it prints. The script stops where the page would say something that is not so. [Grading a
class](classes.md) and [Gradebooks](gradebooks.md) describe all options.
"""
#: Lines that show progress: a slow machine prints more of them.
_PROGRESS = re.compile(r"^graded [\d,]+ of [\d,]+.*\n?", re.MULTILINE)
#: What differs from one machine to another, or from one day to another -> what stands for it.
_CHANGING = (
    (r"\d{4}-\d\d-\d\d \d\d:\d\d \w+ · finished", "2026-04-10 09:30 CEST · finished"),
    (r"python 3\S+ numpy \S+ gradus \S+", "python 3.11.7 numpy 2.4.6 gradus 0.1.0"),
    (r"127\.0\.0\.1:\d+/\?token=\S+", "127.0.0.1:8765/?token=TOKEN"),
    (r"\bw-[0-9a-f]{16}\b", "w-0123456789abcdef"),
    (r"\d+ of them known before", "70 of them known before"),
)
#: Hashes of the course, which change with each change of its checks.
_HASHES = (
    (r"(\bcourse )[0-9a-f]{12}\b", 12),
    (r"(\b\d \()[0-9a-f]{8}(?=\))", 8),
    (r"(\brevision )[0-9a-f]{8}\b", 8),
)


def page(events: Iterable[Event]) -> str:
    """Return the page, in Markdown; without what differs between machines and days."""
    finished = (replace(event, output=_PROGRESS.sub("", event.output)) for event in events)
    return _stable(record.page(_HEAD, finished))


def _stable(text: str) -> str:
    for pattern, constant in _CHANGING:
        text = re.sub(pattern, constant, text)
    for pattern, length in _HASHES:
        text = _numbered(text, pattern, length)
    return text


def _numbered(text: str, pattern: str, length: int) -> str:
    """Return `text` with the first hash as 1111..., the next other one as 2222..., and so on."""
    seen: dict[str, str] = {}

    def replaced(match: re.Match[str]) -> str:
        hash = match[0][len(match[1]) :]
        seen.setdefault(hash, str(len(seen) + 1) * length)
        return match[1] + seen[hash]

    return re.sub(pattern, replaced, text)
