"""Notebooks as JSON: their cells, and what they say of themselves.

A notebook is read with ``json`` alone: what Jupyter, Colab and VS Code save differs in ids,
metadata and outputs, which are not used.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from autograder.course.reading import Course
from autograder.course.source import MAX_NOTEBOOK, MAX_SOURCE
from autograder.submissions.notes import reason, short
from framework.errors import BadInputError

#: Lists and dicts in it: each takes twenty times the memory that its two characters take.
MAX_CONTAINERS = 1_000_000
#: Numbers beside cells are below this; larger numbers are ignored.
MAX_COUNT = 1_000_000


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
    if sum(len(cell.source) for cell in cells_of(notebook, "code")) > MAX_SOURCE:
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


class Cell(NamedTuple):
    """A cell.

    Attributes:
        number: its place among all cells of the notebook from 1, texts included.
        label: how its author finds it: ``cell 7, In [12]``; of running code ``In [12]`` alone.
        source: its text.
        kind: ``code``, ``markdown`` or ``raw``.
        offset: the lines before it in the file; not zero in a script alone.
    """

    number: int
    label: str
    source: str
    kind: str
    offset: int


def cells_of(notebook: dict[str, Any], *kinds: str) -> Iterator[Cell]:
    """Yield the cells of these `kinds`, numbered by their place among all cells."""
    is_live = _at(notebook, "metadata", "gradus", "live")
    for number, cell in enumerate(notebook["cells"], 1):
        kind = _text(_at(cell, "cell_type"))
        if kind in kinds:
            count, offset = cell.get("execution_count"), _at(cell, "metadata", "gradus", "offset")
            executed = _is_number(count) and count > 0
            label = [f"cell {number}"] * (not is_live) + [f"In [{count}]"] * executed
            offset = offset if _is_number(offset) else 0
            shown = ", ".join(label) or f"the cell at line {offset + 1}"
            yield Cell(number, shown, _text(cell.get("source")), kind, offset)


def _is_number(value: Any) -> bool:
    return type(value) is int and 0 <= value < MAX_COUNT


def notebook_exercise(notebook: dict[str, Any], stem: str, course: Course) -> str | None:
    """Return the exercise of a notebook: as its metadata says, else as its file is named."""
    named = _text(_at(notebook, "metadata", "gradus", "exercise"))
    return next((name for name in (named, stem) if name in course.exercise_names), None)


def notebook_text(notebook: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the text of the Markdown cells, and notes about code cells, which hold no answers."""
    code = [str(cell.number) for cell in cells_of(notebook, "code") if cell.source.strip()]
    note = f"cells {', '.join(code)} hold code: answers are read from Markdown cells alone"
    texts = (cell.source for cell in cells_of(notebook, "markdown"))
    return "\n\n".join(texts), (note,) if code else ()
