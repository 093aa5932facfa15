"""Commands of gradus in a fresh process: nothing of the notebook's own process is used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from autograder.notebook.results import CommandResult, GradeResult
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
