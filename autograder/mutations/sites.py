"""The input and the output of an operator: a node, and its replacement in the source."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)


@dataclass(frozen=True)
class CodeSite:
    """One node of a solution, with its surroundings.

    Args:
        parent: the node around it.
        statement: the innermost statement that it is or belongs to.
        function: the innermost function around it; None at module level.
        qualified_name: that function, as in ``RNN.forward``; ``module`` outside of functions.
    """

    node: ast.AST
    parent: ast.AST
    statement: ast.AST
    function: ast.FunctionDef | None
    qualified_name: str


#: Yields replacements of the node, of the same sort.
Mutate = Callable[[CodeSite], Iterator[ast.AST]]


def changed(node: Node, **fields: object) -> Node:
    """Return a copy of `node` with other `fields`; other mutants share the original."""
    clone = copy.copy(node)
    for name, value in fields.items():
        setattr(clone, name, value)
    return clone


def called_name(node: ast.AST) -> str:
    """Return ``sum`` for both ``np.sum(x)`` and ``x.sum()``; empty if `node` is no call."""
    if not isinstance(node, ast.Call):
        return ""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def is_of_module(node: ast.Call) -> bool:
    """Return whether `node` calls a function of a module, such as ``np.sum(x)``."""
    function = node.func
    return isinstance(function, ast.Name) or (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name | ast.Attribute)
        and ast.unparse(function.value).partition(".")[0] == "np"
    )


def with_name(node: ast.Call, name: str) -> ast.Call:
    """Return the same call of another function, in the same module or of the same object."""
    if isinstance(node.func, ast.Attribute):
        return changed(node, func=changed(node.func, attr=name))
    return changed(node, func=ast.Name(name, ast.Load()))


def parsed(expression: str) -> ast.expr:
    """Return the node of a piece of source."""
    return ast.parse(expression, mode="eval").body


_COMPOUND = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda)
#: An expression inside one of these nodes needs its own brackets.
_BINDING = (*_COMPOUND, ast.Attribute)


def splice(source: str, node: ast.AST, replacement: ast.AST, parent: ast.AST) -> str:
    """Return `source` with `node`, a child of `parent`, replaced by `replacement`."""
    data = source.encode()  # columns of the syntax tree count bytes
    starts = _line_starts(source)
    start = starts[_number(node, "lineno") - 1] + _number(node, "col_offset")
    end = starts[_number(node, "end_lineno") - 1] + _number(node, "end_col_offset")
    text = _indented(ast.unparse(replacement), node)
    if _needs_brackets(replacement, parent, node) and not _has_brackets(data, start, end):
        text = f"({text})"
    return (data[:start] + text.encode() + data[end:]).decode()


def _number(node: ast.AST, name: str) -> int:
    value: int = getattr(node, name)
    return value


@lru_cache(maxsize=4)
def _line_starts(source: str) -> list[int]:
    """Return the byte offset of each line, cached: one source is used thousands of times."""
    lengths = (len(line.encode()) + 1 for line in source.split("\n"))
    return list(accumulate(lengths, initial=0))


def _indented(text: str, node: ast.AST) -> str:
    return text.replace("\n", "\n" + " " * _number(node, "col_offset"))


def _needs_brackets(replacement: ast.AST, parent: ast.AST, node: ast.AST) -> bool:
    is_compound = isinstance(replacement, (*_COMPOUND, ast.Tuple)) or (
        isinstance(replacement, ast.Constant) and ast.unparse(replacement).startswith("-")
    )
    is_head = isinstance(parent, ast.Subscript | ast.Call) and node is not getattr(
        parent, "slice", None
    )
    is_value = is_head and node is getattr(parent, "value", getattr(parent, "func", None))
    return is_compound and (isinstance(parent, _BINDING) or is_value)


def _has_brackets(data: bytes, start: int, end: int) -> bool:
    """Return whether the text is in one pair of brackets, whose content is balanced."""
    return data[start - 1 : start] == b"(" and data[end : end + 1] == b")"
