"""The notebook that is graded: the saved file, or the cells that were run."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from framework.errors import UsageError

#: The variable of the process in which Jupyter names the notebook.
_JUPYTER = "JPY_SESSION_NAME"
#: The variable of the namespace in which VS Code names it.
_VS_CODE = "__vsc_ipynb_file__"
#: An exercise: a notebook that was handed in must not bring options for the command.
_NAME = re.compile(r"\w+")


def saved_notebook(exercise: str, namespace: Mapping[str, Any]) -> Path:
    """Return the file of the notebook that is running.

    Args:
        exercise: what is graded; a notebook for it is looked for where none is named.
        namespace: the names of the running notebook.

    Raises:
        UsageError: it is not known which file it is.
    """
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
    with suppress(OSError, ValueError, AttributeError):
        metadata = json.loads(notebook.read_text("utf-8"))["metadata"]
        return str(metadata.get("gradus", {}).get("exercise", notebook.stem))
    return notebook.stem


def named_exercise(notebook: Path) -> str:
    """Return the exercise of a notebook, for a command.

    Raises:
        UsageError: what its metadata or its file says is no name, and might be an option.
    """
    name = exercise_in(notebook)
    if not _NAME.fullmatch(name):
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
    named = {"exercise": exercise} if exercise else {}
    body = [
        {"cell_type": "code", "source": source, "execution_count": number, "outputs": []}
        for number, source in _numbered(cells)
    ]
    metadata = {"gradus": {**named, "live": True}}
    return json.dumps({"cells": body, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})


def _numbered(cells: Sequence[str]) -> Iterable[tuple[int, str]]:
    return [(number, source) for number, source in enumerate(cells) if number and source.strip()]
