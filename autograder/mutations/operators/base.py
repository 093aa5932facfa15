"""The input and the output of an operator."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)


@dataclass(frozen=True)
class Site:
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
Mutate = Callable[[Site], Iterator[ast.AST]]


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
