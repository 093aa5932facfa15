"""The page of `autograder.checks`: every helper, with a check of the course that calls it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from autograder import checks

_INTRODUCTION = """# Helpers for checks

What a test file imports from `autograder.checks`. Each example is a check of the course: the
shortest public one that calls the helper.
"""


def checks_page(root: Path) -> str:
    """Return the page with all helpers that `autograder.checks` exports."""
    tests = list(_tests(root / "exercises"))
    return "\n".join([_INTRODUCTION, *(_helper(name, tests) for name in checks.__all__)])


def _tests(folder: Path) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield exercise, source and used names of every public check."""
    for file in sorted(folder.glob("*/*/test_*.py")):
        source = file.read_text("utf-8")
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                names = frozenset(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
                yield file.parent.name, _source_of(node, source), names


def _source_of(node: ast.FunctionDef, source: str) -> str:
    """Return the lines of a function, with its decorators."""
    first = min([decorator.lineno for decorator in node.decorator_list] + [node.lineno])
    return "\n".join(source.splitlines()[first - 1 : node.end_lineno])


def _helper(name: str, tests: list[tuple[str, str, frozenset[str]]]) -> str:
    """Return the section of one helper: signature, docstring and an example."""
    member = getattr(checks, name)
    text = inspect.getdoc(member) if callable(member) else f"The constant `{member!r}`."
    signature = _signature(name, member)
    using = [(len(source), exercise, source) for exercise, source, names in tests if name in names]
    example = ""
    if using:
        _, exercise, source = min(using)
        example = f"From `{exercise}`:\n\n```python\n{source}\n```\n"
    return f"## {name}\n\n```python\n{signature}\n```\n\n```text\n{text}\n```\n\n{example}"


def _signature(name: str, member: object) -> str:
    """Return ``name(arguments)`` of a function or class, and the name of anything else."""
    if not callable(member) or name == "CheckFailed":
        return name
    arguments = (
        str(parameter.replace(annotation=inspect.Parameter.empty))
        for parameter in inspect.signature(member).parameters.values()
    )
    return f"{name}({', '.join(arguments)})"
