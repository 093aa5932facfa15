"""What the magics return: text in a terminal, HTML in a notebook, and data for a program."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from markupsafe import escape

from autograder.reports.grading_display import PIPED_WIDTH


@dataclass(frozen=True, repr=False)
class CommandResult:
    """The output of a command.

    Attributes:
        text: as a terminal shows it.
    """

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        """Return the output as paragraphs, which take the colours of their surroundings."""
        shown = "".join(f"<p>{_paragraph(text)}</p>" for text in self.text.strip().split("\n\n"))
        return f'<div style="max-width: 60rem; overflow-wrap: anywhere">{shown}</div>'


@dataclass(frozen=True, repr=False)
class GradeResult(CommandResult):
    """The result of a grading.

    Attributes:
        html: the report as HTML.
        report: the report as plain data, as ``grade --json`` writes it.
    """

    html: str = ""
    report: dict[str, Any] = field(default_factory=dict)

    def renamed(self, file: str, name: str) -> GradeResult:
        """Return the result with `name` in place of the name of a file that was graded."""
        text, html = (shown.replace(file, name) for shown in (self.text, self.html))
        report = json.loads(json.dumps(self.report).replace(file, name))
        return GradeResult(text, html, report)

    @property
    def verdict(self) -> str:
        """The worst verdict, as ``passed``."""
        return str(self.report["verdict"])

    @property
    def earned(self) -> float:
        """Points earned."""
        return float(self.report["earned"])

    @property
    def possible(self) -> float:
        """Points that can be earned."""
        return float(self.report["possible"])

    def _repr_html_(self) -> str:
        """Return the report as HTML."""
        return self.html


def _paragraph(text: str) -> str:
    """Return a paragraph as HTML: lines that were wrapped are joined, and commands are code."""
    lines = text.split("\n")
    whole = [lines[0]]
    for last, line in pairwise(lines):
        if len(last) + 1 + len(line.split(" ")[0]) > PIPED_WIDTH:
            whole[-1] += f" {line}"
        else:
            whole.append(line)
    return "<br>".join(map(_line, whole))


def _line(text: str) -> str:
    """Return a line as HTML; what stands between backticks is code."""
    parts = [str(escape(part)) for part in text.split("`")]
    if len(parts) % 2 == 0:
        return str(escape(text))
    return "".join(f"<code>{one}</code>" if at % 2 else one for at, one in enumerate(parts))
