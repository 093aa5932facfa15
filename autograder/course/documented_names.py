"""The names of arguments and results in the text of an exercise, read without running anything.

The stub names the parameters. An example of README.md names results:
``grad_x, (grad_h_0, grad_c_0) = lstm.backward(...)``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from autograder.course.reading import Exercise
from autograder.course.source import parameter_names
from autograder.sandbox.session.text_names import Names, TextNames
from framework.text_files import read_text

_EXAMPLE = re.compile(r"^>>> (.+)$", re.MULTILINE)


def text_names(exercise: Exercise) -> TextNames:
    """Return the names in the stub and in README.md of `exercise`; each file is read on demand."""
    stub, readme = (cache(partial(_text, file)) for file in (exercise.stub, exercise.readme))
    return TextNames(
        lambda method: parameter_names(stub(), method), cache(lambda: named_results(readme()))
    )


def _text(file: Path) -> str:
    return read_text(file) if file.is_file() else ""


def named_results(readme: str) -> dict[str, Names]:
    """Return method -> the names of its results in the examples of a text."""
    built: dict[str, str] = {}
    results: dict[str, Names] = {}
    for target, call in _assignments(readme):
        if isinstance(target, ast.Name) and isinstance(call.func, ast.Name):
            built[target.id] = call.func.id
        elif isinstance(target, ast.Tuple) and (method := _method(call.func, built)):
            results.setdefault(method, _names(target))
    return results


def _assignments(readme: str) -> Iterator[tuple[ast.expr, ast.Call]]:
    for line in _EXAMPLE.findall(readme):
        with suppress(SyntaxError):  # an example of several lines
            match ast.parse(line).body:
                case [ast.Assign([target], ast.Call() as call)]:
                    yield target, call


def _method(function: ast.expr, built: dict[str, str]) -> str:
    """Return ``LSTM.backward`` for ``lstm.backward`` if ``lstm = LSTM(...)`` came before."""
    match function:
        case ast.Name(name):
            return name
        case ast.Attribute(ast.Name(owner), name) if owner in built:
            return f"{built[owner]}.{name}"
    return ""


def _names(target: ast.expr) -> Names:
    if isinstance(target, ast.Tuple):
        return tuple(map(_names, target.elts))
    return target.id if isinstance(target, ast.Name) and target.id != "_" else ""
