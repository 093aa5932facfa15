"""Notebooks read as Python modules, without running anything.

A notebook is JSON, and only its code cells matter here. It is read with ``json`` alone: what
Jupyter, Colab and VS Code save differs in ids, metadata and outputs, which are not used. What
IPython adds to Python is taken out of the cells; every line keeps its place, so that a line of the
result is that line of the cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograder.course.reading import Course
from autograder.course.source import MAX_NOTEBOOK, MAX_SOURCE, definitions, parse
from autograder.submissions.notebook_slice import Statement, needed, statements
from autograder.submissions.notes import MAX_CELL_NOTES, Notes, reason, short
from framework.errors import BadInputError

Origin = tuple[int, int]

#: Lists and dicts in it: each takes twenty times the memory that its two characters take.
MAX_CONTAINERS = 1_000_000
#: Numbers beside cells are below this; larger numbers are ignored.
MAX_COUNT = 1_000_000

#: Cell magics whose body is Python that runs among the other cells.
_PYTHON_CELLS = {"time", "capture", "prun", "grade"}
_DEFINITION = re.compile(r"^(?:class|def|async[ \t]+def)[ \t]+(\w+)", re.MULTILINE)
#: A line with a magic, and what stands in its place.
_MAGICS = (
    (re.compile(r"(\s*)%time\s+(\S.*)"), r"\1\2"),
    (re.compile(r"(\s*+[\w.,\[\] ]++=\s*+)[%!].*"), r"\1None"),
    (re.compile(r"(\s*+)([%!?].*|\S.*\?)"), r"\1pass"),
)


@dataclass(frozen=True)
class NotebookModule:
    """The code of a notebook as one module.

    Args:
        source: the module's text.
        origins: for each of its lines the cell and the line there, both from 1.
        notes: what the student should know: cells left out, tasks defined twice.
        broken: task -> where and why the cell that was to define it does not parse.
        defined: every name that a cell defines -> cell and line, also where no task needs it.
        labels: cell -> how its author finds it, as in ``cell 7, In [12]``.
    """

    source: str
    origins: tuple[Origin, ...]
    notes: tuple[str, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)
    defined: Mapping[str, Origin] = field(default_factory=dict)
    labels: Mapping[int, str] = field(default_factory=dict)

    def where(self, origin: Origin) -> str:
        """Return the cell and line `origin` as its author finds it."""
        return f"{self.labels[origin[0]]}, line {origin[1]}"


def read_notebook(data: bytes, name: str) -> dict[str, Any]:
    """Return the JSON of the notebook file `name`.

    Raises:
        BadInputError: too large, or not a Python notebook.
    """
    if len(data) > MAX_NOTEBOOK:
        raise BadInputError(f"{name} is larger than {MAX_NOTEBOOK >> 20} MiB: clear its outputs")
    if data.count(b"[") + data.count(b"{") > MAX_CONTAINERS:
        raise BadInputError(f"{name} holds more than {MAX_CONTAINERS:,} lists: clear its outputs")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        told = f"{name} is not a notebook: {reason(error)}. Save it in Jupyter"
        raise BadInputError(told) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise BadInputError(f"{name} is not a notebook: it has no cells. Save it in Jupyter")
    language = _text(_at(notebook, "metadata", "kernelspec", "language")) or "python"
    if language.lower() not in ("python", "ipython"):
        raise BadInputError(f"{name} is a notebook in {short(language)}, not in Python")
    if sum(len(cell.source) for cell in code_cells(notebook)) > MAX_SOURCE:
        raise BadInputError(f"{name} holds more than {MAX_SOURCE >> 10} KiB of code")
    return notebook


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    """Return a text that nbformat may have split into lines, in characters that UTF-8 has."""
    parts = value if isinstance(value, list) else [value]
    text = "".join(part for part in parts if isinstance(part, str))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8")


class CodeCell(NamedTuple):
    """A code cell.

    Attributes:
        number: its place among all cells of the notebook from 1, texts included.
        label: how its author finds it: ``cell 7, In [12]``; of running code ``In [12]`` alone.
        source: its text.
    """

    number: int
    label: str
    source: str

    @property
    def skipped_magic(self) -> str:
        """The cell magic, as ``%%bash``, by which it is not Python; empty if it is Python."""
        first = self.source.lstrip().split("\n", 1)[0]
        name = first[2:].split(" ")[0].strip()
        return f"%%{name}" if first.startswith("%%") and name not in _PYTHON_CELLS else ""

    @property
    def meant_names(self) -> list[str]:
        """The names that its lines define at the top level; it may not parse."""
        return _DEFINITION.findall(self.source)


def code_cells(notebook: dict[str, Any]) -> Iterator[CodeCell]:
    """Yield the code cells, numbered by their place among all cells."""
    is_live = _at(notebook, "metadata", "gradus", "live")
    for number, cell in enumerate(notebook["cells"], 1):
        if _at(cell, "cell_type") == "code":
            count = cell.get("execution_count")
            executed = type(count) is int and 0 < count < MAX_COUNT
            label = [f"cell {number}"] * (not is_live) + [f"In [{count}]"] * executed
            yield CodeCell(number, ", ".join(label), _text(cell.get("source")))


def notebook_exercise(notebook: dict[str, Any], stem: str, course: Course) -> str | None:
    """Return the exercise of a notebook: as its metadata says, else as its file is named."""
    named = _text(_at(notebook, "metadata", "gradus", "exercise"))
    return next((name for name in (named, stem) if name in course.exercise_names), None)


def notebook_text(notebook: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the text of the Markdown cells, and notes about code cells, which hold no answers."""
    cells = [cell for cell in notebook["cells"] if _at(cell, "cell_type") == "markdown"]
    code = [str(cell.number) for cell in code_cells(notebook) if cell.source.strip()]
    note = f"cells {', '.join(code)} hold code: answers are read from Markdown cells alone"
    return "\n\n".join(_text(cell.get("source")) for cell in cells), (note,) if code else ()


def notebook_module(notebook: dict[str, Any], tasks: Iterable[str] | None = None) -> NotebookModule:
    """Return the code of `notebook` as a module; with `tasks`, only what these need.

    A cell that is not Python is left out with a note, unless it was to define a task.
    """
    names = tuple(tasks or ())
    reader = _CellReader(names)
    for cell in code_cells(notebook):
        reader.add(cell)
    kept = reader.statements if tasks is None else needed(reader.statements, names)
    source, origins = _assemble(kept)
    notes = tuple(reader.all_notes())
    return NotebookModule(source, origins, notes, reader.broken, reader.defined, reader.labels)


class _CellReader:
    """Collects statements cell by cell."""

    def __init__(self, tasks: tuple[str, ...]) -> None:
        self.statements: list[Statement] = []
        self.broken: dict[str, str] = {}
        self.defined: dict[str, Origin] = {}
        self.labels: dict[int, str] = {}
        self._tasks = tasks
        self._budget = ParseBudget()
        self._notes = Notes(MAX_CELL_NOTES, "more notes on its cells")
        self._defined_in: dict[str, list[int]] = {}

    def add(self, cell: CodeCell) -> None:
        self.labels[cell.number] = cell.label
        if magic := cell.skipped_magic:
            self._notes.add(f"{cell.label} is left out: {magic}")
            return
        try:
            source = without_magics(cell.source, self._budget)
            tree = parse(source)
            new = statements(cell.number, source, tree)
        except SyntaxError as error:
            self._reject(cell, f"line {error.lineno or 1}: {error.msg}")
            return
        self.statements += new
        for name, node in definitions(tree).items():
            self.defined[name] = cell.number, node.lineno
            self._defined_in.setdefault(name, []).append(cell.number)

    def _reject(self, cell: CodeCell, problem: str) -> None:
        meant = [name for name in cell.meant_names if name in self._tasks]
        for name in meant:
            self.broken.setdefault(name, f"{cell.label}, {problem}")
        if not meant:
            self._notes.add(f"{cell.label} is left out, it is not Python ({problem})")

    def all_notes(self) -> Iterator[str]:
        """Yield what was left out, and tasks that are defined more than once."""
        yield from self._notes.all()
        for name, cells in self._defined_in.items():
            if name in self._tasks and len(cells) > 1:
                more = ["..."] * (len(cells) > MAX_CELL_NOTES)
                labels = [self.labels[cell] for cell in cells[:MAX_CELL_NOTES]]
                listed = "; ".join([*labels, *more])
                if "In [" not in listed:  # no cell was run: their numbers are enough
                    listed = f"cells {', '.join([*map(str, cells[:MAX_CELL_NOTES]), *more])}"
                yield f"{name} is defined in {listed}: the last one counts"


def _assemble(kept: list[Statement]) -> tuple[str, tuple[Origin, ...]]:
    """One module; ``from __future__`` imports move to its top, where they must stand."""
    kept = sorted(kept, key=lambda statement: not statement.is_future_import)
    lines: list[str] = []
    origins: list[Origin] = []
    for statement in kept:
        text = statement.source.split("\n")
        lines += text
        origins += [(statement.cell, statement.first + i) for i in range(len(text))]
    return "\n".join(lines) + "\n", tuple(origins)


@dataclass
class ParseBudget:
    """Characters that may be parsed again: a hostile notebook could ask for it without end."""

    characters: int = 4 << 20


def without_magics(source: str, budget: ParseBudget) -> str:
    """Return the cell's text with every magic, shell command and ``?`` line neutralised.

    Only a line at which Python stumbles is looked at: ``% 3`` may well continue a sum, and a
    magic inside a text is text.

    Raises:
        SyntaxError: something else than a magic is wrong; its line is the cell's.
    """
    lines = source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if lines[first].lstrip().startswith("%%"):
        lines[first] = ""
    while True:
        try:
            parse("\n".join(lines))
        except SyntaxError as error:
            if not _replace_magic(lines, (error.lineno or 1) - 1):
                raise
            budget.characters -= len(source)
            if budget.characters < 0:
                raise
        else:
            return "\n".join(lines)


def _replace_magic(lines: list[str], index: int) -> bool:
    """Replace the magic in line `index` and lines that continue it; False without a magic."""
    line = lines[index].rstrip() if 0 <= index < len(lines) else ""
    matches = ((pattern.fullmatch(line), plain) for pattern, plain in _MAGICS)
    plain = next((match.expand(plain) for match, plain in matches if match), None)
    if plain is None:
        return False
    while lines[index].endswith("\\") and index + 1 < len(lines):
        lines[index], plain, index = plain, "", index + 1
    lines[index] = plain
    return True
