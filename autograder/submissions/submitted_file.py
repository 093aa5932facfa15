"""The code for one exercise, as its author knows it: lines, cells, syntax errors, progress."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.questions.sections import are_untouched, read_sections
from autograder.course.reading import Exercise
from autograder.course.source import decode, definitions, parse
from autograder.course.stubs import available_stub
from autograder.submissions.candidates import Candidate, suffix
from autograder.submissions.task_progress import TaskProgress, progress_in
from framework.errors import BadInputError

if TYPE_CHECKING:
    from autograder.submissions.notebooks import Origin

#: How alike two names are, from 0 to 1, to take one for a misspelt other.
ALIKE = 0.8


@dataclass(frozen=True)
class SubmittedFile:
    """The code for one exercise.

    Args:
        path: the file on disk that holds it: a ``.py``, an ``.ipynb`` or a ``.zip``.
        inner: its path inside the submission.
        shown: the file as its author knows it, for messages.
        source: the module's text.
        line_map: for a notebook, (cell, line) of every line of `source`.
        notes: what the author should know, as of cells left out.
        broken: task -> where and why the cell of a notebook that was to define it does not parse.
        elsewhere: names that a notebook defines -> cell and line, also where no task needs them.
        labels: cell of a notebook -> how its author finds it, as in ``cell 7, In [12]``.
    """

    exercise: str
    path: Path
    inner: str
    shown: str
    source: str
    line_map: tuple[Origin, ...] | None = None
    notes: tuple[str, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, Origin] = field(default_factory=dict)
    labels: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, candidate: Candidate, exercise: Exercise) -> SubmittedFile:
        """Read the code for `exercise` from a file, with what a notebook says beside it.

        Raises:
            BadInputError: it is too large, not UTF-8 or no notebook.
        """
        name, path, shown = exercise.name, candidate.path, candidate.shown
        inner = str(candidate.inner)
        if suffix(candidate.inner) != ".ipynb":
            if (suffix(candidate.inner) == ".md") != bool(exercise.questions):
                raise BadInputError(
                    f"{shown} is no file of '{name}': expected {exercise.stub.name}"
                )
            return cls(name, path, inner, shown, _decoded(candidate.read(), shown, exercise))
        from autograder.submissions.notebooks import notebook_module, notebook_text, read_notebook

        notebook = read_notebook(candidate.read(), shown)
        if exercise.questions:
            text, about = notebook_text(notebook)
            return cls(name, path, inner, shown, decode(text.encode(), shown), notes=about)
        module = notebook_module(notebook, exercise.task_names)
        source = decode(module.source.encode(), shown)
        return cls(
            name,
            path,
            inner,
            shown,
            source,
            module.origins,
            module.notes,
            module.broken,
            module.defined,
            module.labels,
        )

    def where(self, line: int) -> str:
        """Line `line` of `source` as its author finds it: ``cell 4, line 2`` or ``line 12``."""
        if self.line_map is None:
            return f"line {line}"
        if not 0 < line <= len(self.line_map):
            return "outside of its cells"
        cell, inner = self.line_map[line - 1]
        return f"{self._label(cell)}, line {inner}"

    def _label(self, cell: int) -> str:
        return self.labels.get(cell, f"cell {cell}")

    def text(self, line: int) -> str:
        """Return line `line` of `source`; empty if `source` is shorter."""
        lines = self.source.split("\n")
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""

    @cached_property
    def syntax_error(self) -> str | None:
        """Where and why it is not Python; None where it is."""
        if self.broken:
            return f"{self.shown}, {next(iter(self.broken.values()))}"
        try:
            parse(self.source)
        except SyntaxError as error:
            return f"{self.shown}, {self.where(error.lineno or 1)}: {error.msg}"
        return None

    def is_stub(self, exercise: Exercise) -> bool:
        """Return whether it is the unchanged stub of `exercise`, and the stub has gaps."""
        if exercise.questions:
            return are_untouched(read_sections(self.source, exercise.task_names))
        return "NotImplementedError" in self.source and self.source == available_stub(exercise)

    def progress(self, exercise: Exercise) -> dict[str, TaskProgress]:
        """Return the progress of each task of `exercise`; a broken cell counts as begun."""
        progress = progress_in(self.source, exercise, available_stub(exercise))
        return progress | dict.fromkeys(self.broken, TaskProgress.STARTED)

    def has_work(self, exercise: Exercise) -> bool:
        """Return whether a task of `exercise` is begun in it."""
        begun = (TaskProgress.WRITTEN, TaskProgress.STARTED)
        return any(state in begun for state in self.progress(exercise).values())

    def imports(self, package: str) -> bool:
        """Return whether it imports `package`, or a module of it, anywhere."""
        pattern = rf"^[ \t]*+(import|from)[ \t]++{re.escape(package)}\b"  # `\s` spans lines
        return re.search(pattern, self.source, re.MULTILINE) is not None

    @property
    def imported(self) -> set[str]:
        """Names of the modules and packages that its lines import."""
        pattern = r"^[ \t]*+(?:import|from)[ \t]++(\w+)"
        return set(re.findall(pattern, self.source, re.MULTILINE))

    def undefined(self, exercise: Exercise) -> dict[str, str]:
        """Task -> why it is not defined, if the reason is known.

        Its cell does not parse, or a name that is almost that of the task is defined.
        """
        places = self._definitions()
        others = [name for name in places if name not in exercise.task_names]
        told = {name: f"syntax error in {where}" for name, where in self.broken.items()}
        for name in exercise.task_names:
            if name not in told and name not in places and (near := _near_miss(name, others)):
                told[name] = f"{name} is not defined: is {near} ({places[near]}) meant? Rename it"
        return told

    def _definitions(self) -> dict[str, str]:
        """Return every defined name -> where, in words."""
        if self.line_map is not None:
            return {name: f"{self._label(c)}, line {i}" for name, (c, i) in self.elsewhere.items()}
        try:
            nodes = definitions(parse(self.source))
        except SyntaxError:
            return {}
        return {name: f"line {node.lineno}" for name, node in nodes.items()}


def _decoded(data: bytes, shown: str, exercise: Exercise) -> str:
    return decode(data, shown, "answers" if exercise.questions else "code")


def _near_miss(name: str, others: list[str]) -> str:
    """Return the name in `others` that resembles `name`; empty if no name does."""
    import difflib  # takes longer to import than most names to be found

    folded = {_folded(other): other for other in others}
    close = difflib.get_close_matches(_folded(name), folded, n=1, cutoff=ALIKE)
    return folded[close[0]] if close else ""


def _folded(name: str) -> str:
    return name.replace("_", "").lower()
