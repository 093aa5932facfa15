"""The code of a notebook as one Python module, without running anything."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.course.source import definitions, parse
from autograder.submissions.cell_source import (
    ParseBudget,
    cell_magic,
    meant_names,
    python_source,
)
from autograder.submissions.notebook_slice import Statement, left_out, needed, statements
from autograder.submissions.notebooks import Cell, cells_of
from autograder.submissions.notes import MAX_CELL_NOTES, Notes


@dataclass(frozen=True)
class NotebookModule:
    """The code of a notebook as one module.

    Args:
        origins: for each line of `source` its place, as in ``cell 7, In [12], line 2``.
        broken: task -> where and why the cell that was to define it is not read.
        defined: every name that a cell defines -> cell and line, also where no task needs it.
    """

    source: str
    origins: tuple[str, ...]
    notes: tuple[str, ...]
    broken: Mapping[str, str]
    defined: Mapping[str, str]


def notebook_module(notebook: dict[str, Any], tasks: Iterable[str]) -> NotebookModule:
    """Return the code of `notebook` that `tasks` need as a module.

    A cell that is not Python is left out with a note, unless it was to define a task.
    """
    names = tuple(tasks)
    reader = _CellReader(names)
    for cell in cells_of(notebook, "code"):
        reader.add(cell)
    for cell in cells_of(notebook, "markdown", "raw"):
        reader.add_text(cell)
    kept = needed(reader.statements, names)
    for statement, why in left_out(reader.statements, kept):
        reader.leave_out(statement.cell, statement.first, why)
    source, origins = _assemble(kept)
    notes = tuple(reader.all_notes())
    unread = {name: why for name, why in reader.unread.items() if name not in reader.defined}
    broken = unread | reader.broken
    return NotebookModule(source, origins, notes, broken, reader.defined)


def defined_names(notebook: dict[str, Any]) -> set[str]:
    """Return the names that the code cells of `notebook` define, or are meant to."""
    meant = (name for cell in cells_of(notebook, "code") for name in meant_names(cell.source))
    return {*notebook_module(notebook, ()).defined, *meant}


class _CellReader:
    """Collects statements cell by cell.

    Attributes:
        broken: task -> the syntax error of the cell that was to define it.
        unread: task -> why a cell with its definition does not run: it is text, say.
    """

    def __init__(self, tasks: tuple[str, ...]) -> None:
        self.statements: list[Statement] = []
        self.broken: dict[str, str] = {}
        self.unread: dict[str, str] = {}
        self.defined: dict[str, str] = {}
        self._tasks = tasks
        self._budget = ParseBudget()
        self._notes = Notes(MAX_CELL_NOTES, "more notes on its cells")
        self._defined_in: dict[str, list[str]] = {}

    def add(self, cell: Cell) -> None:
        """Read a code cell."""
        if magic := cell_magic(cell.source):
            self._reject(cell, f"{cell.label} is left out: {magic}. Remove that line", self.unread)
            self._notes.add(f"{cell.label} is left out: {magic}")
            return
        try:
            source = python_source(cell.source, self._budget)
            tree = parse(source)
            new = statements(cell.label, cell.offset, source, tree)
        except SyntaxError as error:
            problem = f"line {cell.offset + (error.lineno or 1)}: {error.msg}"
            if not self._reject(cell, f"syntax error in {cell.label}, {problem}", self.broken):
                self._notes.add(f"{cell.label} is left out, it is not Python ({problem})")
            return
        self.statements += new
        for number, line in enumerate(cell.source.split("\n"), cell.offset + 1):
            if line.lstrip().startswith("%run ") and line not in source:
                self.leave_out(cell.label, number, f"{line.strip()}. Copy the code into a cell")
        for name, node in definitions(tree).items():
            self.defined[name] = f"{cell.label}, line {cell.offset + node.lineno}"
            if not _extends_itself(node):
                self._defined_in.setdefault(name, []).append(cell.label)

    def add_text(self, cell: Cell) -> None:
        """Read a cell of text, in which a task may stand whose cell was code before."""
        kind = "a Markdown cell" if cell.kind == "markdown" else "a raw cell"
        why = f"{cell.label} is {kind}, so its code does not run. Make it a code cell"
        self._reject(cell, why, self.unread)

    def leave_out(self, cell: str, line: int, why: str) -> None:
        """Note that a line is not part of the module."""
        self._notes.add(f"{cell}, line {line} is left out, {why}")

    def _reject(self, cell: Cell, why: str, reasons: dict[str, str]) -> bool:
        """Remember why `cell` defines no task; return whether it was to define one."""
        meant = [name for name in meant_names(cell.source) if name in self._tasks]
        for name in meant:
            reasons.setdefault(name, why)
        return bool(meant)

    def all_notes(self) -> Iterator[str]:
        """Yield what was left out, and tasks that are defined more than once."""
        yield from self._notes.all()
        for name, cells in self._defined_in.items():
            if name in self._tasks and len(cells) > 1:
                yield f"{name} is defined in {_cell_list(cells)}: the last one counts"


def _cell_list(labels: list[str]) -> str:
    """Return several cells in words: ``cells 10 and 15``, or ``In [1] and In [3]``."""
    *first, last = labels
    more = ["..."] * (len(first) > MAX_CELL_NOTES)
    listed = f"{', '.join([*first[:MAX_CELL_NOTES], *more])} and {last}"
    is_numbers = all(label.removeprefix("cell ").isdecimal() for label in labels)
    return "cells " + listed.replace("cell ", "") if is_numbers else listed


def _extends_itself(node: ast.stmt) -> bool:
    """Return whether it is ``class X(X)``, which completes the class of another cell."""
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id == node.name for base in node.bases
    )


def _assemble(kept: list[Statement]) -> tuple[str, tuple[str, ...]]:
    """One module; ``from __future__`` imports move to its top, where they must stand."""
    kept = sorted(kept, key=lambda statement: not statement.is_future_import)
    lines: list[str] = []
    origins: list[str] = []
    for statement in kept:
        text = statement.source.split("\n")
        lines += text
        origins += [f"{statement.cell}, line {statement.first + i}" for i in range(len(text))]
    return "\n".join(lines) + "\n", tuple(origins)
