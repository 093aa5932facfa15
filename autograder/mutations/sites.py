"""The input and the output of an operator: a node, and its replacement in the source."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TypeGuard, TypeVar

T = TypeVar("T")


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


def changed(node: T, **fields: object) -> T:
    """Return a copy of `node` with other `fields`; other mutants share the original."""
    clone = copy.copy(node)
    for name, value in fields.items():
        setattr(clone, name, value)
    return clone


def called_name(node: ast.AST) -> str:
    """Return ``sum`` for both ``np.sum(x)`` and ``x.sum()``; empty if `node` is no call."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name
    return ""


def calls(node: ast.AST, names: Container[str]) -> TypeGuard[ast.Call]:
    """Return whether `node` calls a function or a method with one of `names`."""
    return isinstance(node, ast.Call) and called_name(node) in names


def is_of_module(node: ast.Call) -> bool:
    """Return whether `node` calls a function of a module, such as ``np.sum(x)``."""
    match node.func:
        case ast.Attribute(value=ast.Name() | ast.Attribute() as module):
            return ast.unparse(module).partition(".")[0] == "np"
    return isinstance(node.func, ast.Name)


def operand(node: ast.Call) -> ast.expr:
    """Return ``x`` for both ``np.copy(x)`` and ``x.copy()``."""
    if isinstance(node.func, ast.Attribute) and not is_of_module(node):
        return node.func.value
    return node.args[0]


def with_name(node: ast.Call, name: str) -> ast.Call:
    """Return the same call of another function, in the same module or of the same object."""
    is_attribute = isinstance(node.func, ast.Attribute)
    function = changed(node.func, attr=name) if is_attribute else ast.Name(name, ast.Load())
    return changed(node, func=function)


def parsed(expression: str) -> ast.expr:
    """Return the node of a piece of source."""
    return ast.parse(expression, mode="eval").body


def both_ways(*pairs: tuple[T, T]) -> dict[T, T]:
    """Return a table that leads from each of a pair to the other."""
    return {**dict(pairs), **{b: a for a, b in pairs}}


_COMPOUND = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda)


def splice(source: str, node: ast.AST, replacement: ast.AST, parent: ast.AST) -> str:
    """Return `source` with `node`, a child of `parent`, replaced by `replacement`."""
    data = source.encode()  # columns of the syntax tree count bytes
    starts, at = _line_starts(source), vars(node)
    start = starts[at["lineno"] - 1] + at["col_offset"]
    end = starts[at["end_lineno"] - 1] + at["end_col_offset"]
    text = ast.unparse(replacement).replace("\n", "\n" + " " * at["col_offset"])
    has_brackets = data[start - 1 : start] == b"(" and data[end : end + 1] == b")"
    if _needs_brackets(replacement, parent, node) and not has_brackets:
        text = f"({text})"
    return (data[:start] + text.encode() + data[end:]).decode()


@lru_cache(maxsize=4)
def _line_starts(source: str) -> list[int]:
    """Return the byte offset of each line, cached: one source is used thousands of times."""
    lengths = (len(line.encode()) + 1 for line in source.split("\n"))
    return list(accumulate(lengths, initial=0))


def _needs_brackets(replacement: ast.AST, parent: ast.AST, node: ast.AST) -> bool:
    is_negative = isinstance(replacement, ast.Constant) and ast.unparse(replacement)[0] == "-"
    if not (is_negative or isinstance(replacement, (*_COMPOUND, ast.Tuple))):
        return False
    match parent:
        case ast.Subscript(value=head) | ast.Call(func=head):
            return node is head
    return isinstance(parent, (*_COMPOUND, ast.Attribute))
