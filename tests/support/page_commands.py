"""The commands in the indented blocks of a page of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

PROGRAMS = ("gradus", "grade", "pip", "pytest", "sphinx-build")

_COMMAND = re.compile(rf"^    ((?:{'|'.join(PROGRAMS)})\b(?:.*\\\n)*.*)$", re.MULTILINE)


def commands(page: Path, *programs: str) -> list[str]:
    """Return the commands of a page that begin with one of `programs`, lines joined."""
    result = (re.sub(r"\\\n\s*", "", m[1]) for m in _COMMAND.finditer(page.read_text("utf-8")))
    parts = (part.strip() for command in result for part in command.split("&&"))
    return [part for part in parts if part.split()[0] in programs]
