"""Notebooks to work in: an exercise with one cell per task, and a text with its examples."""

from __future__ import annotations

import ast
import base64
import doctest
import re
import shlex
from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode, v4

from autograder.course.exercise_texts import figures, replaced, without_marks
from autograder.course.questions.sections import ANSWER_HEADING
from autograder.course.reading import Exercise
from autograder.course.source import parse
from framework.errors import BadInputError
from framework.text_files import read_text

_FENCE = re.compile(r"^(```|~~~)", re.MULTILINE)
_EXAMPLES = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: How to grade the notebook, before a cell that does it, and after the answers to questions.
_LAST_CELL = """## Check your work

Save this notebook, then run the next cell, or in a terminal, in the folder where it lies:

```
grade {file}
```

Add as many cells as you like: only what the tasks above define and use is graded. If a task is \
defined twice, the last one counts."""
_HOW_TO_ANSWER = """## In this notebook

Double-click a cell with the heading Answer, and write below the heading. Save this notebook, then \
run in a terminal:

```
grade {file}
```"""


def new_notebook(exercise: Exercise, stub: str, file_name: str) -> str:
    """Return the text of a notebook (nbformat 4.5) for `exercise`, with the code of `stub`.

    Its last cell says how to grade it, as `file_name`.
    """
    file = shlex.quote(file_name)
    cells = list(_readme_cells(exercise, file))
    if exercise.questions:
        cells.append(v4.new_markdown_cell(_HOW_TO_ANSWER.format(file=file)))
        for question in sections(stub)[1:]:
            before, heading, answer = question.partition(ANSWER_HEADING)
            parts = (before.strip(), f"{heading}{answer}".strip())
            cells += map(v4.new_markdown_cell, parts)
    else:
        cells += _code_cells(exercise, stub)
        cells.append(v4.new_markdown_cell(_LAST_CELL.format(file=file)))
        cells.append(v4.new_code_cell(f"%load_ext gradus\n%grade {exercise.name}"))
    return _written(cells, exercise.name, {"gradus": {"exercise": exercise.name}})


def text_notebook(text: str, name: str) -> str:
    """Return the text of a notebook in which the examples of a Markdown `text` can be run."""
    cells: list[NotebookNode] = []
    for section in sections(text):
        for i, part in enumerate(_EXAMPLES.split(section)):
            if i % 2:
                cells += map(v4.new_code_cell, _example_cells(part))
            elif part.strip():
                cells.append(v4.new_markdown_cell(part.strip()))
    return _written(cells, name, {})


def _example_cells(examples: str) -> Iterator[str]:
    """Yield the code of examples up to each output: a cell shows one output."""
    lines = ""
    for example in doctest.DocTestParser().get_examples(examples):
        lines += example.source
        if example.want:
            yield lines.rstrip("\n")
            lines = ""
    if lines:
        yield lines.rstrip("\n")


def _written(cells: list[NotebookNode], name: str, metadata: dict[str, dict[str, str]]) -> str:
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"{name}-{number}"[-64:]  # random ids would differ every time
    metadata |= {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text + "\n"


def _readme_cells(exercise: Exercise, file: str) -> Iterator[NotebookNode]:
    """Yield a cell for each section of the README, with its figures as attachments."""
    text = without_marks(read_text(exercise.readme)) if exercise.readme.is_file() else ""
    folder = exercise.readme.parent
    for part in sections(_in_notebook(text, exercise, file) or f"# {exercise.title}\n"):
        cell = v4.new_markdown_cell(
            replaced(part, folder, lambda f: f"![{f.title}](attachment:{f.path.name})")
        )
        for figure in figures(part, folder):
            image = base64.b64encode(figure.path.read_bytes()).decode("ascii")
            cell.setdefault("attachments", {})[figure.path.name] = {"image/svg+xml": image}
        yield cell


def _in_notebook(text: str, exercise: Exercise, file: str) -> str:
    """Return a README in which the notebook stands for the file of the exercise."""
    stub = f"`{exercise.stub.name}`"
    text = text.replace(f"Open {stub}", "Go to the cells below").replace(stub, "this notebook")
    return re.sub(rf"\bgrade {exercise.name}\b", lambda _: f"grade {file}", text)


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
        yield v4.new_markdown_cell(docstring)
    for task, text in _pieces(tree, stub, exercise.task_names, skip=1 if docstring else 0):
        yield v4.new_code_cell(text, metadata={"gradus": {"task": task}} if task else {})


def _pieces(
    tree: ast.Module, stub: str, tasks: tuple[str, ...], skip: int
) -> Iterator[tuple[str, str]]:
    """Yield (task or nothing, code), comments going with the statement they precede."""
    lines = stub.split("\n")
    start = (tree.body[0].end_lineno or 1) if skip else 0
    waiting = start
    pieces = []
    for node in tree.body[skip:]:
        end = node.end_lineno or node.lineno
        name = getattr(node, "name", "")
        if name in tasks:
            pieces += [("", lines[waiting:start]), (name, lines[start:end])]
            waiting = end
        start = end
    for task, part in [*pieces, ("", lines[waiting:])]:
        if text := "\n".join(part).strip("\n"):
            yield task, text
