"""The code that a task consists of, without decorators and functions that only forward a call.

A copy may wrap every function in a decorator, or move its code to a function beside it. So the
functions and classes of the file that a task uses belong to its code, and wrappers do not.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from autograder.public.courses import definitions, lines_of, parse

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
#: What a forwarding function may pass on: names, their attributes, and all of ``*args``.
_PASSED = ast.Name | ast.Attribute | ast.Starred | ast.expr_context


def own_code(source: str, task: str, tasks: Collection[str], most: int) -> str:
    """Return the first `most` lines of the code that `task` consists of.

    Args:
        tasks: of the exercise: one that uses another does not consist of it.

    Returns:
        its definition and those that it uses, in the order of the file; empty for code that is no
        Python, or does not define it.
    """
    try:
        by_name = definitions(parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if task not in by_name:
        return ""
    names = [task]
    for name in names:  # the list grows during the loop
        others = (node.id for node in _nodes(by_name[name]) if isinstance(node, ast.Name))
        names += [
            other
            for other in dict.fromkeys(others)
            if other in by_name and other not in tasks and other not in names
        ]
    statements = dict.fromkeys(by_name[name] for name in names)  # one may bind several names
    used = sorted(statements, key=lambda node: node.lineno)
    code = [node for node in used if isinstance(node, _Definition) and not _is_wrapper(node)]
    lines = lines_of(source)
    kept = [lines[i - 1] for node in code or used[:1] for i in _lines_of(node)]
    return "\n".join([*kept[:most], *(["    ..."] if len(kept) > most else [])])


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes of a statement but those of decorators."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        left_out = current.decorator_list if isinstance(current, _Definition) else []
        waiting += [child for child in ast.iter_child_nodes(current) if child not in left_out]


def _lines_of(node: ast.stmt) -> list[int]:
    """Return the numbers of the lines of a statement, without decorators and wrappers in it."""
    dropped: set[int] = set()
    for inner in _nodes(node):
        if isinstance(inner, _Definition):
            dropped.update(i for each in inner.decorator_list for i in _span(each))
            if inner is not node and _is_wrapper(inner):
                dropped.update(_span(inner))
    return [i for i in _span(node) if i not in dropped]


def _span(node: ast.expr | ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _is_wrapper(node: ast.stmt) -> bool:
    """Return whether `node` is a function that only forwards a call, or makes one that does."""
    if not isinstance(node, _Function):
        return False
    body = [each for each in node.body if not _is_docstring(each)] or [node.body[0]]
    *before, last = body
    returned = last.value if isinstance(last, ast.Return) else None
    name = returned.id if isinstance(returned, ast.Name) else ""
    if name and any(isinstance(each, _Function) and each.name == name for each in before):
        return True  # a decorator
    if before:  # one value is assigned, and returned
        target = before[0].targets[0] if isinstance(before[0], ast.Assign) else None
        if len(before) > 1 or not isinstance(target, ast.Name) or target.id != name:
            return False
    call = getattr(body[0], "value", None)
    return isinstance(call, ast.Call) and _forwards(call)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _forwards(call: ast.Call) -> bool:
    """Return whether a call passes on names alone, and is no call of a library."""
    given = [call.func, *call.args, *(node.value for node in call.keywords)]
    parts = [part for node in given for part in ast.walk(node)]
    libraries = {part.id for part in parts if isinstance(part, ast.Name)} & {"np", "numpy"}
    return not libraries and all(isinstance(part, _PASSED) for part in parts)
