"""Tables that checks show: text in rows and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from autograder.isolation.host.output import shown
from autograder.record.findings.base import Finding, Findings
from framework.errors import BadInputError

#: Maximum length of a cell; its text may come from a submission.
LONGEST = 40
GAP = "  "


@dataclass(frozen=True)
class ShownTable(Finding):
    """One table: every row has a cell for each column."""

    kind: ClassVar[str] = "table"

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def heading(self) -> str:
        """The title."""
        return self.title

    def text_lines(self) -> list[str]:
        """Return a line with the column names, then one for each row; numbers are aligned."""
        from rich.cells import cell_len

        lines = [self.columns, *self.rows]
        widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
        found = []
        for first, *others in lines:
            cells = [first + " " * (widths[0] - cell_len(first))]
            for cell, width in zip(others, widths[1:], strict=True):
                cells.append(" " * (width - cell_len(cell)) + cell)
            found.append(GAP.join(cells).rstrip())
        return found

    def html(self) -> str:
        """Return a table element with the title as its caption."""
        from autograder.record.findings.html import block

        return block("table", caption=self.title, columns=self.columns, rows=self.rows)


class Tabulator:
    """Shows tables of one check; the fixture ``table``."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def __call__(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Show `rows` with their column names; reports show them for every verdict.

        Raises:
            BadInputError: the number of cells of a row differs from the number of columns.
        """
        kept = []
        for row in rows:
            if len(row) != len(columns):
                sizes = f"{len(row)} cells for {len(columns)} columns"
                raise BadInputError(f"a row of table '{title}' has {sizes}: {row}")
            kept.append(tuple(shown(cell, LONGEST) for cell in row))
        self._findings.add(ShownTable(title, tuple(columns), tuple(kept)))
