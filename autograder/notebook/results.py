"""What the magics return: text in a terminal, HTML in a notebook, and data for a program."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from markupsafe import escape


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
        """Return the output as HTML, which takes the colours of its surroundings."""
        return f'<pre style="white-space: pre-wrap; color: inherit">{escape(self.text)}</pre>'


@dataclass(frozen=True, repr=False)
class GradeResult(CommandResult):
    """The result of a grading.

    Attributes:
        html: the report as HTML.
        report: the report as plain data, as ``grade --json`` writes it.
    """

    html: str = ""
    report: dict[str, Any] = field(default_factory=dict)

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
