"""The table of `docs/systems.md`: each system with its commands, and what they print."""

from __future__ import annotations

import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from docs.results.page import measurement, score
from docs.results.rows import ROWS
from docs.systems.rows import SYSTEMS, System

PAGE = Path(__file__).resolve().parents[1] / "systems.md"
_HEAD = """# The systems of the lectures

Systems that the lectures name, each with its exercise and its command. `python -m docs.systems`
runs the commands in empty folders, and writes this page. The built-in corpora are small languages,
and the trainings are short: the scores show that a system works, not how good it becomes. For more,
see [Training](training.md). Figures on real texts and their commands are in
[Published results](results.md).

| system | exercise | command | shown, on the built-in corpus | on real texts |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """Return the page, in Markdown: run all commands."""
    return _HEAD + "".join(f"| {' | '.join(_cells(system))} |\n" for system in SYSTEMS)


def shown(system: System, folder: Path) -> str:
    """Return what the last command of `system` shows, after all commands have run in `folder`.

    Raises:
        subprocess.CalledProcessError: a command fails.
        ValueError: the output of the last command has no such score.
    """
    output = ""
    for command in system.commands:
        output = subprocess.run(
            shlex.split(command), cwd=folder, check=True, capture_output=True, text=True
        ).stdout
    matches = re.findall(system.shown, output)
    if not matches:
        raise ValueError(f"`{system.commands[-1]}` shows no {system.shown!r}: {output[-200:]!r}")
    return " ".join(matches[-1].split())


def _cells(system: System) -> Iterator[str]:
    yield system.name
    yield f"`{system.exercise}`"
    yield ", then ".join(f"`{command}`" for command in system.commands)
    with tempfile.TemporaryDirectory(prefix="gradus-systems-") as folder:
        yield shown(system, Path(folder))
    yield _on_real_texts(system)


def _on_real_texts(system: System) -> str:
    """Return the measured result in `docs/results.md`, or a dash."""
    (row,) = (row for row in ROWS if row.name == system.real) if system.real else (None,)
    measured = None if row is None else measurement(row)
    if row is None or measured is None:
        return "–"
    return f"{row.title}: {row.measure} {score(row, measured)}"
