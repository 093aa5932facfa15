"""`%grade`, `%%grade` and `%hint`: commands of gradus in a cell, each in a fresh process."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import escape

from framework.errors import GradusError, UsageError


@dataclass(frozen=True, repr=False)
class CommandResult:
    """The output of a command, as a terminal shows it."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<pre style="white-space: pre-wrap">{escape(self.text.strip())}</pre>'


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
        return self.html


#: Command -> the program that carries it out.
_PROGRAMS = {
    "grade": "from autograder.cli import main; main()",
    "gradus": "from framework.cli import main; main()",
}


def run_grade(notebook: Path, arguments: Sequence[str], source: str = "saved") -> GradeResult:
    """Grade `notebook`, and return the result; an error of `grade` is a `UsageError`.

    Args:
        source: whether it is the ``saved`` file, or made of the ``cells`` that were run.
    """
    with tempfile.TemporaryDirectory(prefix="gradus-notebook-") as folder:
        data, html = Path(folder, "report.json"), Path(folder, "report.html")
        files = ["--json", str(data), "--report", f"cell={html}", "--in-notebook", source]
        done = _run("grade", [*arguments, "--submission", str(notebook), *files])
        if not (data.is_file() and html.is_file()):
            raise _error(done)
        report = json.loads(data.read_text("utf-8"))
        return GradeResult(done.stdout, html.read_text("utf-8"), report)


def run_gradus(command: str, arguments: Sequence[str]) -> CommandResult:
    """Carry out ``gradus COMMAND``, and return what it prints; its error is a `UsageError`."""
    done = _run("gradus", [command, *arguments])
    if done.returncode:
        raise _error(done)
    return CommandResult(done.stdout)


def _run(program: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    forced = ("FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS")  # Jupyter sets them
    kept = {name: value for name, value in os.environ.items() if name not in forced}
    return subprocess.run(  # -P: no module of the working directory, as ``random.py``, is found
        [sys.executable, "-P", "-c", _PROGRAMS[program], *arguments],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**kept, "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def _error(done: subprocess.CompletedProcess[str]) -> UsageError:
    return UsageError(done.stderr.strip().removeprefix("grade: ").removeprefix("gradus: "))


#: What cells are called that were run, and are in no file.
CELLS = "this notebook"


def words_of(line: str) -> list[str]:
    r"""Return the words of a command; on Windows, ``\`` separates folders and quotes nothing."""
    return shlex.split(line.replace("\\", "/") if sys.platform == "win32" else line)


class Magics:
    """The commands of one notebook, which IPython's `shell` runs."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def grade(self, line: str, cell: str | None = None) -> GradeResult:
        """Grade the saved notebook: ``%grade EXERCISE [--cells] [--notebook FILE]``.

        ``--cells`` grades the cells that were run, as they were run. ``%%grade EXERCISE`` in the
        first line of a cell runs the cell, and then grades all cells that were run. Other options
        are those of `grade`, as ``--seed 3``.
        """
        words = words_of(line)
        if cell is not None:
            self._shell.run_cell(cell, store_history=False)
        is_live = cell is not None or "--cells" in words
        words = [word for word in words if word != "--cells"]
        exercise = words[0] if words and not words[0].startswith("-") else ""
        return self._of_cells(exercise, words) if is_live else self._of_file(exercise, words)

    def hint(self, line: str) -> CommandResult:
        """Show the next hint of an exercise: ``%hint EXERCISE``."""
        words = words_of(line)
        if not words or words[0].startswith("-"):
            words = [named_exercise(saved_notebook("", self._shell.user_ns)), *words]
        text = run_gradus("hint", words).text  # names commands that are magics, too
        return CommandResult(re.sub(r"`(?:gradus )?(hint|grade) ", r"`%\1 ", text))

    def _of_file(self, exercise: str, words: list[str]) -> GradeResult:
        if "--notebook" in words[:-1]:
            index = words.index("--notebook")
            notebook = Path(words[index + 1])
            words = words[:index] + words[index + 2 :]
        else:
            notebook = saved_notebook(exercise, self._shell.user_ns)
            if unsaved(notebook, self._history[-1]):
                print(
                    f"note: {notebook.name} is graded as it was saved last. Save it to grade what "
                    "you see, or run `%grade --cells`"
                )
        return run_grade(notebook, words or [named_exercise(notebook)])

    def _of_cells(self, exercise: str, words: list[str]) -> GradeResult:
        with tempfile.TemporaryDirectory(prefix="gradus-cells-") as folder:
            notebook = Path(folder, f"{CELLS}.ipynb")
            notebook.write_text(live_notebook(self._history, exercise), "utf-8")
            result = run_grade(notebook, words, "cells")
            forms = (result.text, result.html, json.dumps(result.report))
            text, html, report = (form.replace(notebook.name, CELLS) for form in forms)
            return GradeResult(text, html, json.loads(report))

    @property
    def _history(self) -> Sequence[str]:
        cells: Sequence[str] = self._shell.history_manager.input_hist_raw
        return cells


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


#: The variables in which Jupyter (of the process) and VS Code (of the namespace) name the notebook.
_JUPYTER, _VS_CODE = "JPY_SESSION_NAME", "__vsc_ipynb_file__"


def saved_notebook(exercise: str, namespace: Mapping[str, Any]) -> Path:
    """Return the file of the notebook that is running; raise `UsageError` if it is not known."""
    for named in (namespace.get(_VS_CODE), os.environ.get(_JUPYTER)):
        file = Path(str(named)) if named else None
        for candidate in (file, Path(file.name)) if file else ():
            if candidate.suffix == ".ipynb" and candidate.is_file():
                return candidate
    files = sorted(Path().glob("*.ipynb"))
    fitting = [file for file in files if not exercise or exercise_in(file) == exercise] or files
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(file.name for file in fitting) or "no notebook"
    raise UsageError(
        f"which file is this notebook? The folder {Path.cwd()} holds {listed}. Name it: "
        "`%grade EXERCISE --notebook FILE`, or grade the cells that you ran: `%grade EXERCISE "
        "--cells`"
    )


def exercise_in(notebook: Path) -> str:
    """Return the exercise of a notebook: as its metadata says, else its name."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        return str(json.loads(notebook.read_text("utf-8"))["metadata"]["gradus"]["exercise"])
    return notebook.stem


def named_exercise(notebook: Path) -> str:
    """Return the exercise of a notebook; raise `UsageError` for what might be an option."""
    name = exercise_in(notebook)
    if not re.fullmatch(r"\w+", name):  # a notebook that was handed in must bring no options
        raise UsageError(
            f"{notebook.name} names no exercise: name it yourself, as in `%grade EXERCISE`"
        )
    return name


def unsaved(notebook: Path, cell: str) -> bool:
    """Return whether the running `cell` is not in the file: it was not saved since."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        return cell.strip() not in {"".join(saved.get("source", "")).strip() for saved in cells}
    return False


def live_notebook(cells: Sequence[str], exercise: str) -> str:
    """Return a notebook of the `cells` that were run, in this order.

    Args:
        cells: the first is not used, as in IPython's history.
        exercise: what they are graded as; empty for the exercise whose tasks they define.
    """
    body = [
        {"cell_type": "code", "source": source, "execution_count": number, "outputs": []}
        for number, source in enumerate(cells)
        if number and source.strip()
    ]
    metadata = {"gradus": {"live": True} | ({"exercise": exercise} if exercise else {})}
    return json.dumps({"cells": body, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})
