"""Tables that checks show: texts here, laid out in the reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from autograder.isolation.host.output import shown
from framework.errors import BadInputError

#: Characters of a cell, at most: what stands there may come from a submission.
LONGEST = 40


@dataclass(frozen=True)
class ShownTable:
    """One table: every row has a cell for each column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass
class Tablebook:
    """Keeps what a check has laid out; the fixture ``table`` of the checks."""

    _tables: list[ShownTable] = field(default_factory=list)

    def __call__(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Show `rows` under the names of their columns, whatever the check finds.

        Raises:
            BadInputError: a row has another number of cells than there are columns.
        """
        kept = []
        for row in rows:
            if len(row) != len(columns):
                sizes = f"{len(row)} cells under {len(columns)} columns"
                raise BadInputError(f"a row of table '{title}' has {sizes}: {row}")
            kept.append(tuple(shown(cell, LONGEST) for cell in row))
        self._tables.append(ShownTable(title, tuple(columns), tuple(kept)))

    def take(self) -> tuple[ShownTable, ...]:
        """What was shown since the last call."""
        taken, self._tables = tuple(self._tables), []
        return taken
