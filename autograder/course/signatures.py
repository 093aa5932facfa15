"""The names of the parameters of a submitted function, read without running it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autograder.course.source import parse


def parameter_names(source: str, method: str) -> tuple[str, ...]:
    """Return the names of the positional parameters of `method`, without ``self``.

    Args:
        source: the text of the module.
        method: ``softmax``, ``RNN.forward``, or a class, ``RNN``: its constructor.

    Returns: an empty tuple if the module does not define it.
    """
    try:
        found = _found(parse(source).body, method.split("."))
    except (SyntaxError, RecursionError, MemoryError):
        return ()
    if found is None:
        return ()
    arguments = found.args.posonlyargs + found.args.args
    names = tuple(argument.arg for argument in arguments)
    return names[1:] if names[:1] == ("self",) else names


def _found(body: Sequence[ast.stmt], path: Sequence[str]) -> ast.FunctionDef | None:
    """Return the function that `path` names; the last one of a name counts."""
    for node in reversed(body):
        if isinstance(node, ast.ClassDef) and node.name == path[0]:
            return _found(node.body, path[1:] or ["__init__"])
        if isinstance(node, ast.FunctionDef) and node.name == path[0] and len(path) == 1:
            return node
    return None
