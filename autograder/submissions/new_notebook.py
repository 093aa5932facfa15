"""A notebook to work in, made from an exercise: its text, and one cell per task."""

from __future__ import annotations

import ast
import base64
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from autograder.course.figures import Figure, figures, replaced
from autograder.course.promises import without_marks
from autograder.course.questions.sections import ANSWER_HEADING
from autograder.course.reading import Exercise
from autograder.course.source import parse
from framework.errors import BadInputError
from framework.text_files import read_text

_FENCE = re.compile(r"^(```|~~~)", re.MULTILINE)


def new_notebook(exercise: Exercise, stub: str, file_name: str) -> str:
    """Return the text of a notebook (nbformat 4.5) for `exercise`, with the code of `stub`.

    Args:
        file_name: what it will be saved as; its last cell says how to grade it.

    Raises:
        BadInputError: `stub` does not parse.
    """
    if exercise.questions:
        cells = [*_readme_cells(exercise), _how_to_answer(file_name), *_question_cells(stub)]
    else:
        cells = [
            *_readme_cells(exercise),
            *_code_cells(exercise, stub),
            _last_cell(file_name),
            _magics(exercise),
        ]
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"{exercise.name}-{number}"[-64:]  # random ids would differ every time
    metadata = {
        "gradus": {"exercise": exercise.name},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text + "\n"


def _markdown(text: str) -> NotebookNode:
    return v4.new_markdown_cell(text)


def _code(text: str, task: str) -> NotebookNode:
    metadata: dict[str, Any] = {"gradus": {"task": task}} if task else {}
    return v4.new_code_cell(text, metadata=metadata)


def _readme_cells(exercise: Exercise) -> list[NotebookNode]:
    """Return the README, a cell per section."""
    text = without_marks(read_text(exercise.readme)) if exercise.readme.is_file() else ""
    text = text or f"# {exercise.title}\n"
    return [_section(part, exercise.readme.parent) for part in sections(text)]


def _section(text: str, folder: Path) -> NotebookNode:
    """Return a cell of Markdown that carries its figures as attachments."""
    shown = list(figures(text, folder))
    cell = _markdown(replaced(text, folder, lambda f: f"![{f.title}](attachment:{f.path.name})"))
    if shown:
        cell["attachments"] = {figure.path.name: _attachment(figure) for figure in shown}
    return cell


def _attachment(figure: Figure) -> dict[str, str]:
    return {"image/svg+xml": base64.b64encode(figure.path.read_bytes()).decode("ascii")}


def sections(text: str) -> list[str]:
    """Markdown cut before every ``##`` heading that is not inside a code block."""
    parts: list[list[str]] = [[]]
    fenced = False
    for line in text.strip().split("\n"):
        fenced ^= bool(_FENCE.match(line))
        if line.startswith("## ") and not fenced:
            parts.append([])
        parts[-1].append(line)
    return [section for lines in parts if (section := "\n".join(lines).strip())]


def _code_cells(exercise: Exercise, stub: str) -> Iterator[NotebookNode]:
    try:
        tree = parse(stub)
    except SyntaxError as error:
        raise BadInputError(
            f"{exercise.stub}:{error.lineno}: {error.msg}. Mend it, or start again with "
            f"`gradus reset {exercise.name}`"
        ) from None
    docstring = ast.get_docstring(tree)
    if docstring:
        yield _markdown(docstring)
    for task, text in _pieces(tree, stub, exercise.task_names, skip=1 if docstring else 0):
        yield _code(text, task)


def _pieces(
    tree: ast.Module, stub: str, tasks: tuple[str, ...], skip: int
) -> Iterator[tuple[str, str]]:
    """(task or nothing, code), comments going with the statement they precede."""
    lines = stub.split("\n")
    start = (tree.body[0].end_lineno or 1) if skip else 0
    waiting = start
    for node in tree.body[skip:]:
        end = node.end_lineno or node.lineno
        if getattr(node, "name", None) in tasks:
            yield from _piece("", lines[waiting:start])
            yield from _piece(getattr(node, "name", ""), lines[start:end])
            waiting = end
        start = end
    yield from _piece("", lines[waiting:])


def _piece(task: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    if text := "\n".join(lines).strip("\n"):
        yield task, text


def _question_cells(text: str) -> Iterator[NotebookNode]:
    """Yield the questions, and a cell for each answer."""
    _, *questions = sections(text)
    for question in questions:
        before, heading, answer = question.partition(ANSWER_HEADING)
        yield _markdown(before.strip())
        yield _markdown(f"{heading}{answer}".strip())


def _how_to_answer(file_name: str) -> NotebookNode:
    return _markdown(
        "## In this notebook\n\nDouble-click a cell with the heading Answer, and write below the "
        f"heading. Save this notebook, then run in a terminal:\n\n```\ngrade {file_name}\n```"
    )


def _magics(exercise: Exercise) -> NotebookNode:
    """Return the cell that grades the notebook which it is in."""
    return _code(f"%load_ext gradus\n%grade {exercise.name}", "")


def _last_cell(file_name: str) -> NotebookNode:
    return _markdown(
        "## Check your work\n\nSave this notebook, then run the next cell, or in a terminal, in "
        f"the folder where it lies:\n\n```\ngrade {shlex.quote(file_name)}\n```\n\n"
        "Add as many cells as you like: only what the tasks above define and use is graded. If a "
        "task is defined twice, the last one counts."
    )
