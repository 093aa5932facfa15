"""`%grade`, `%%grade` and `%hint`: commands of gradus in a cell.

A command runs in a fresh process: nothing of the notebook's own process is used. Its result is text
in a terminal, HTML in a notebook, and data for a program.
"""

from __future__ import annotations

import re
import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.notebook.notebook_source import (
    live_notebook,
    named_exercise,
    saved_notebook,
    unsaved,
)
from autograder.notebook.subprocess_commands import (
    CommandResult,
    GradeResult,
    run_grade,
    run_gradus,
)
from framework.errors import GradusError

if TYPE_CHECKING:
    from collections.abc import Callable

#: What is written if the file is older than the cell that asks for its grade.
UNSAVED = (
    "note: {name} is graded as it was saved last. Save it to grade what you see, or run `%grade "
    "--cells`"
)
#: What cells are called that were run, and are in no file.
CELLS = "this notebook"
#: A command for a terminal that is also a magic.
_COMMAND = re.compile(r"`(?:gradus )?(hint|grade) ")


class Magics:
    """The commands of one notebook.

    Args:
        shell: IPython, which runs the notebook.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def grade(self, line: str, cell: str | None = None) -> GradeResult:
        """Grade the saved notebook: ``%grade EXERCISE [--cells] [--notebook FILE]``.

        ``--cells`` grades the cells that were run, as they were run. ``%%grade EXERCISE`` in the
        first line of a cell runs the cell, and then grades all cells that were run. Other options
        are those of `grade`, as ``--seed 3``.
        """
        words = shlex.split(line)
        if cell is not None:
            self._shell.run_cell(cell, store_history=False)
        is_live = cell is not None or "--cells" in words
        words = [word for word in words if word != "--cells"]
        return self._of_cells(words) if is_live else self._of_file(words)

    def hint(self, line: str) -> CommandResult:
        """Show the next hint of an exercise: ``%hint EXERCISE``."""
        words = shlex.split(line)
        if not words or words[0].startswith("-"):
            words = [named_exercise(self._notebook("")), *words]
        shown = run_gradus("hint", words).text
        return CommandResult(_COMMAND.sub(lambda match: f"`%{match[1]} ", shown))

    def _of_file(self, words: list[str]) -> GradeResult:
        named = ""
        if "--notebook" in words[:-1]:
            index = words.index("--notebook")
            named = words[index + 1]
            words = words[:index] + words[index + 2 :]
        notebook = Path(named) if named else self._notebook(_exercise(words))
        if not named and unsaved(notebook, self._history[-1]):
            print(UNSAVED.format(name=notebook.name))
        return run_grade(notebook, words or [named_exercise(notebook)])

    def _of_cells(self, words: list[str]) -> GradeResult:
        exercise = _exercise(words)
        with tempfile.TemporaryDirectory(prefix="gradus-cells-") as folder:
            notebook = Path(folder, f"{CELLS}.ipynb")
            notebook.write_text(live_notebook(self._history, exercise), "utf-8")
            return run_grade(notebook, words, "cells").renamed(notebook.name, CELLS)

    def _notebook(self, exercise: str) -> Path:
        return saved_notebook(exercise, self._shell.user_ns)

    @property
    def _history(self) -> Sequence[str]:
        """The cells that were run, by number."""
        cells: Sequence[str] = self._shell.history_manager.input_hist_raw
        return cells


def _exercise(words: Sequence[str]) -> str:
    """Return the exercise that is named first; empty without one."""
    return words[0] if words and not words[0].startswith("-") else ""


def load_ipython_extension(shell: Any) -> None:
    """Add the magics to IPython."""
    magics = Magics(shell)
    shell.register_magic_function(_readable(magics.grade), "line_cell", "grade")
    shell.register_magic_function(_readable(magics.hint), "line", "hint")


def _readable(command: Callable[..., CommandResult]) -> Callable[..., CommandResult | None]:
    """Return `command`, whose errors are a sentence and no traceback."""

    def magic(line: str, cell: str | None = None) -> CommandResult | None:
        from IPython.core.error import UsageError

        try:
            return command(line) if cell is None else command(line, cell)
        except (GradusError, ValueError) as error:
            raise UsageError(str(error)) from None

    magic.__doc__ = command.__doc__
    return magic
