"""The code for one exercise, as its author knows it: lines, cells, syntax errors, progress."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course.generated_stubs import available_stub
from autograder.course.questions.sections import are_untouched, read_sections
from autograder.course.reading import Exercise
from autograder.course.source import decode, definitions, parse
from autograder.submissions.candidates import Candidate, suffix
from autograder.submissions.notebooks import (
    is_exported,
    notebook_text,
    read_notebook,
    script_notebook,
)
from autograder.submissions.task_progress import TaskProgress, progress_in
from framework.errors import BadInputError

if TYPE_CHECKING:
    from autograder.submissions.notebook_module import NotebookModule

#: How the text starts that Git LFS puts in the place of a file.
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
#: How alike two names are, from 0 to 1, to take one for a misspelt other.
ALIKE = 0.8


@dataclass(frozen=True)
class SubmittedFile:
    """The code for one exercise.

    Args:
        path: the file on disk that holds it: a ``.py``, an ``.ipynb`` or a ``.zip``.
        inner: its path inside the submission.
        shown: the file as its author knows it, for messages.
        cells: the cells that the code of a notebook comes from.
    """

    exercise: str
    path: Path
    inner: str
    shown: str
    source: str
    notes: tuple[str, ...] = ()
    cells: NotebookModule | None = None

    @classmethod
    def read(cls, candidate: Candidate, exercise: Exercise) -> SubmittedFile:
        """Read the code for `exercise` from a file, with what a notebook says beside it."""
        shown, kind = candidate.shown, suffix(candidate.inner)
        if candidate.read().startswith(_LFS_POINTER):
            raise BadInputError(
                f"{shown} is a pointer of Git LFS, not the file itself: `git lfs pull` gets it"
            )
        if kind != ".ipynb" and (kind == ".md") != bool(exercise.questions):
            raise BadInputError(
                f"{shown} is no file of '{exercise.name}': expected {exercise.stub.name}"
            )
        notes: tuple[str, ...] = ()
        cells = None
        notebook = notebook_in(candidate)
        if notebook is None:
            what = "answers" if exercise.questions else "code"
            source = decode(candidate.read(), shown, what)
        elif exercise.questions:
            source, notes = notebook_text(notebook)
        else:
            from autograder.submissions.notebook_module import notebook_module

            cells = notebook_module(notebook, exercise.task_names)
            source, notes = cells.source, cells.notes
        source = decode(source.encode(), shown)
        inner = str(candidate.inner)
        return cls(exercise.name, candidate.path, inner, shown, source, notes, cells)

    def where(self, line: int) -> str:
        """Line `line` of `source` as its author finds it: ``cell 4, line 2`` or ``line 12``."""
        if self.cells is None:
            return f"line {line}"
        if not 0 < line <= len(self.cells.origins):
            return "outside of its cells"
        return self.cells.origins[line - 1]

    def text(self, line: int) -> str:
        """Return line `line` of `source`; empty if `source` is shorter."""
        lines = self.source.split("\n")
        return lines[line - 1].strip() if 0 < line <= len(lines) else ""

    def is_stub(self, exercise: Exercise) -> bool:
        """Return whether it is the unchanged stub of `exercise`, and the stub has gaps."""
        if exercise.questions:
            return are_untouched(read_sections(self.source, exercise.task_names))
        return "NotImplementedError" in self.source and self.source == available_stub(exercise)

    def progress(self, exercise: Exercise) -> dict[str, TaskProgress]:
        """Return the progress of each task of `exercise`; a broken cell counts as begun."""
        progress = progress_in(self.source, exercise, available_stub(exercise))
        broken = self.cells.broken if self.cells is not None else {}
        return progress | dict.fromkeys(broken, TaskProgress.STARTED)

    def has_work(self, exercise: Exercise) -> bool:
        """Return whether a task of `exercise` is begun in it."""
        begun = (TaskProgress.WRITTEN, TaskProgress.STARTED)
        return any(state in begun for state in self.progress(exercise).values())

    @property
    def is_python(self) -> bool:
        """Whether its source can be parsed."""
        try:
            parse(self.source)
        except SyntaxError:
            return False
        return True

    @property
    def imported(self) -> set[str]:
        """Names of the modules and packages that its lines import."""
        pattern = r"^[ \t]*+(?:import|from)[ \t]++(\w+)"  # `\s` spans lines
        return set(re.findall(pattern, self.source, re.MULTILINE))

    def undefined(self, exercise: Exercise) -> dict[str, str]:
        """Task -> why it is not defined, if the reason is known.

        Its cell is not read, or a name that is almost that of the task is defined.
        """
        reasons: dict[str, str] = {}
        if self.cells is not None:
            reasons = {**self.cells.broken}
            lines = {**self.cells.defined}
        else:
            try:
                nodes = definitions(parse(self.source))
            except SyntaxError:
                nodes = {}
            lines = {name: f"line {node.lineno}" for name, node in nodes.items()}
        others = [name for name in lines if name not in exercise.task_names]
        for name in exercise.task_names:
            if name not in reasons and name not in lines and (near := _near_miss(name, others)):
                reasons[name] = f"{name} is not defined: is {near} ({lines[near]}) meant? Rename it"
        return reasons


def notebook_in(candidate: Candidate) -> dict[str, Any] | None:
    """Return the notebook that a file is, or was before it was saved as a script; else None."""
    if suffix(candidate.inner) == ".ipynb":
        return read_notebook(candidate.read(), candidate.shown)
    if suffix(candidate.inner) != ".py":
        return None
    source = decode(candidate.read(), candidate.shown)
    return script_notebook(source) if is_exported(source) else None


def _near_miss(name: str, others: list[str]) -> str:
    """Return the name in `others` that resembles `name`; empty if no name does."""
    import difflib  # takes longer to import than most names to be found

    folded = {other.replace("_", "").lower(): other for other in others}
    plain = name.replace("_", "").lower()
    close = difflib.get_close_matches(plain, folded, n=1, cutoff=ALIKE)
    return folded[close[0]] if close else ""
