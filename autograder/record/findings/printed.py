"""The text that the submission printed during a check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from autograder.record.findings.base import Finding

#: Maximum number of lines on a page; a terminal shows fewer.
ON_PAGE = 40


@dataclass(frozen=True)
class PrintedText(Finding):
    """Printed text without terminal control sequences, shortened before it is recorded."""

    kind: ClassVar[str] = "printed"
    explains_failure: ClassVar[bool] = True
    on_page_of_passed: ClassVar[bool] = False

    text: str

    def text_lines(self) -> list[str]:
        """Return the lines; none if the text is blank."""
        text = self.text.replace("\r\n", "\n")
        return text.strip("\n").split("\n") if text.strip() else []

    def html(self) -> str:
        """Return at most `ON_PAGE` lines as preformatted text."""
        from autograder.record.findings.html import block

        lines = self.text_lines()
        return block("text", lines=excerpt(lines, ON_PAGE)) if lines else ""


def excerpt(lines: Sequence[str], most: int) -> list[str]:
    """Return at most `most` of `lines`, and a line with the number of omitted ones."""
    if len(lines) <= most + 2:  # with fewer lines there is nothing to omit
        return list(lines)
    tail = most // 3
    head = most - tail
    left_out = f"... {len(lines) - most} more lines ..."
    return [*lines[:head], left_out, *lines[len(lines) - tail :]]
