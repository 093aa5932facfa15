"""Figures in the text of an exercise: images in Markdown whose files stand beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_IMAGE = re.compile(r"!\[(?P<title>[^]\n]*)\]\((?P<file>[\w.-]+\.svg)\)")


@dataclass(frozen=True)
class Figure:
    """One figure: what it shows, its alternative text, and its SVG file."""

    title: str
    path: Path


def figures(text: str, folder: Path) -> Iterator[Figure]:
    """Yield the figures that `text` shows and that are in `folder`, in their order."""
    for match in _IMAGE.finditer(text):
        if (path := folder / match["file"]).is_file():
            yield Figure(match["title"], path)


def replaced(text: str, folder: Path, by: Callable[[Figure], str]) -> str:
    """Return `text` in which every figure of `figures` is replaced by what `by` makes of it."""

    def replacement(match: re.Match[str]) -> str:
        return next(map(by, figures(match[0], folder)), match[0])

    return _IMAGE.sub(replacement, text)
