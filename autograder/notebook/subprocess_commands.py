"""Commands of gradus in a fresh process, and what the magics return.

A result is text in a terminal, HTML in a notebook, and data for a program. Nothing of the
notebook's own process is used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from markupsafe import escape

from autograder.reports.grading_display import PIPED_WIDTH
from framework.errors import UsageError

#: Command -> the program that carries it out.
_PROGRAMS = {
    "grade": "from autograder.cli import main; main()",
    "gradus": "from framework.cli import main; main()",
}


def run_grade(notebook: Path, arguments: Sequence[str], source: str = "saved") -> GradeResult:
    """Grade `notebook`, and return the result.

    Args:
        arguments: exercises and options of `grade`.
        source: whether it is the ``saved`` file, or made of the ``cells`` that were run.

    Raises:
        UsageError: the command cannot be carried out; with its message.
    """
    with tempfile.TemporaryDirectory(prefix="gradus-notebook-") as folder:
        data, html = Path(folder, "report.json"), Path(folder, "report.html")
        files = ["--json", str(data), "--report", f"cell={html}", "--in-notebook", source]
        done = _run("grade", [*arguments, "--submission", str(notebook), *files])
        if not (data.is_file() and html.is_file()):
            raise UsageError(_without_command(done.stderr))
        return GradeResult(
            done.stdout, html.read_text("utf-8"), json.loads(data.read_text("utf-8"))
        )


def run_gradus(command: str, arguments: Sequence[str]) -> CommandResult:
    """Carry out ``gradus COMMAND``, and return what it prints.

    Raises:
        UsageError: the command cannot be carried out; with its message.
    """
    done = _run("gradus", [command, *arguments])
    if done.returncode:
        raise UsageError(_without_command(done.stderr))
    return CommandResult(done.stdout)


def _run(program: str, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # -P: no module of the working directory, as ``random.py``, is found
        [sys.executable, "-P", "-c", _PROGRAMS[program], *arguments],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env=_plain_environment(),
        check=False,
    )


def _plain_environment() -> dict[str, str]:
    """Return the environment without the request for colours that Jupyter makes."""
    forced = ("FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS")
    kept = {name: value for name, value in os.environ.items() if name not in forced}
    return {**kept, "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}


def _without_command(text: str) -> str:
    """Return an error without the name of the command that has written it."""
    return text.strip().removeprefix("grade: ").removeprefix("gradus: ")


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
        """Return the output as paragraphs, which take the colours of their surroundings."""
        shown = "".join(f"<p>{_paragraph(text)}</p>" for text in self.text.strip().split("\n\n"))
        return f'<div style="max-width: 60rem; overflow-wrap: anywhere">{shown}</div>'


@dataclass(frozen=True, repr=False)
class GradeResult(CommandResult):
    """The result of a grading.

    Attributes:
        html: the report as HTML.
        report: the report as plain data, as ``grade --json`` writes it.
    """

    html: str = ""
    report: dict[str, Any] = field(default_factory=dict)

    def renamed(self, file: str, name: str) -> GradeResult:
        """Return the result with `name` in place of the name of a file that was graded."""
        text, html = (shown.replace(file, name) for shown in (self.text, self.html))
        report = json.loads(json.dumps(self.report).replace(file, name))
        return GradeResult(text, html, report)

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


def _paragraph(text: str) -> str:
    """Return a paragraph as HTML: lines that were wrapped are joined, and commands are code."""
    lines = text.split("\n")
    whole = [lines[0]]
    for last, line in pairwise(lines):
        if len(last) + 1 + len(line.split(" ")[0]) > PIPED_WIDTH:
            whole[-1] += f" {line}"
        else:
            whole.append(line)
    return "<br>".join(map(_line, whole))


def _line(text: str) -> str:
    """Return a line as HTML; what stands between backticks is code."""
    parts = [str(escape(part)) for part in text.split("`")]
    if len(parts) % 2 == 0:
        return str(escape(text))
    return "".join(f"<code>{one}</code>" if at % 2 else one for at, one in enumerate(parts))
