"""Code cells of a notebook as Python: what IPython adds to the language is taken out.

Every line keeps its place, so that a line of the result is that line of the cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.course.source import parse

#: Cell magics whose body is Python that runs among the other cells.
_PYTHON_CELLS = {"time", "capture", "prun", "grade"}

_TIMED = re.compile(r"(\s*)%time\s+(\S.*)")
_ASSIGNED = re.compile(r"(\s*+[\w.,\[\] ]++=\s*+)[%!].*")
_DEFINITION = re.compile(r"^(?:class|def|async[ \t]+def)[ \t]+(\w+)", re.MULTILINE)
_MAGIC = re.compile(r"(\s*+)([%!?].*|\S.*\?)")


@dataclass(frozen=True)
class Cell:
    """A code cell.

    Args:
        number: its place among all cells of the notebook from 1, texts included.
        source: its text.
        executed: the number that Jupyter shows beside it, as in ``In [12]``; 0 for none.
        has_place: whether the notebook is known; of running code only `executed` is.
    """

    number: int
    source: str
    executed: int = 0
    has_place: bool = True

    @property
    def label(self) -> str:
        """How its author finds it: ``cell 7, In [12]``."""
        place = [f"cell {self.number}"] if self.has_place else []
        return ", ".join([*place, *([f"In [{self.executed}]"] if self.executed else [])])


def skipped_magic(cell: Cell) -> str | None:
    """Return the cell magic, as in ``%%bash``, by which a cell is not Python."""
    first = cell.source.lstrip().split("\n", 1)[0]
    if not first.startswith("%%"):
        return None
    name = first[2:].split(" ")[0].strip()
    return None if name in _PYTHON_CELLS else f"%%{name}"


class ParseBudget:
    """How much text may be parsed again: a hostile notebook could ask for it without end."""

    def __init__(self, characters: int = 4 << 20) -> None:
        self._left = characters

    def spend(self, characters: int) -> bool:
        """Return whether there is enough left; then it is taken."""
        self._left -= characters
        return self._left >= 0


def without_magics(source: str, budget: ParseBudget) -> str:
    """Return the cell's text with every magic, shell command and ``?`` line neutralised.

    Only a line at which Python stumbles is looked at: ``% 3`` may well continue a sum, and a
    magic inside a text is text.

    Raises:
        SyntaxError: something else than a magic is wrong; its line is the cell's.
    """
    lines = source.split("\n")
    _drop_cell_magic(lines)
    while True:
        try:
            parse("\n".join(lines))
        except SyntaxError as error:
            if not (_replace_magic(lines, (error.lineno or 1) - 1) and budget.spend(len(source))):
                raise
        else:
            return "\n".join(lines)


def _drop_cell_magic(lines: list[str]) -> None:
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].lstrip().startswith("%%"):
        lines[first] = ""


def _replace_magic(lines: list[str], index: int) -> bool:
    """Replace the magic in line `index`, lines that continue it included; False if it is none."""
    if not 0 <= index < len(lines):
        return False
    plain = _plain(lines[index].rstrip())
    if plain is None:
        return False
    while lines[index].endswith("\\") and index + 1 < len(lines):
        lines[index], plain, index = plain, "", index + 1
    lines[index] = plain
    return True


def _plain(line: str) -> str | None:
    if timed := _TIMED.fullmatch(line):
        return timed[1] + timed[2]
    if assigned := _ASSIGNED.fullmatch(line):
        return f"{assigned[1]}None"
    if magic := _MAGIC.fullmatch(line):
        return f"{magic[1]}pass"
    return None


def meant_names(cell: Cell) -> list[str]:
    """Return the top-level names in the text of a cell, which may not parse."""
    return _DEFINITION.findall(cell.source)
