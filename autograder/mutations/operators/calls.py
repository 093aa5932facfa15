"""Operators for calls: other functions, exchanged or missing arguments, missing copies."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.mutations.operators.base import (
    Mutate,
    Site,
    called_name,
    changed,
    is_of_module,
    parsed,
    with_name,
)

_OTHER = {
    "exp": "log",
    "log": "exp",
    "tanh": "arctan",
    "sqrt": "square",
    "abs": "square",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "outer": "inner",
    "empty": "ones",
    "empty_like": "ones_like",
}
_COPIES = ("copy", "array", "asarray", "ascontiguousarray", "astype")
_UNTOUCHED = ("axis", "keepdims")
#: Functions of one argument that is not a number.
_NOT_OF_NUMBERS = (*_COPIES, "reversed", "range", "len", "enumerate", "zip")


def function(site: Site) -> Iterator[ast.AST]:
    """``exp`` becomes ``log``, ``zeros`` becomes ``ones``, and so on."""
    node = site.node
    if isinstance(node, ast.Call) and called_name(node) in _OTHER:
        yield with_name(node, _OTHER[called_name(node)])
        if called_name(node) == "tanh":
            yield parsed(f"1 / (1 + np.exp(-({ast.unparse(node.args[0])})))")


def dropped_call(site: Site) -> Iterator[ast.AST]:
    """``f(x)`` becomes ``x``: a function call is missing."""
    node = site.node
    if not isinstance(node, ast.Call) or called_name(node) in _NOT_OF_NUMBERS:
        return
    if is_of_module(node) and len(node.args) == 1:
        yield node.args[0]


def dropped_reversed(site: Site) -> Iterator[ast.AST]:
    """``reversed(x)`` becomes ``x``."""
    if isinstance(site.node, ast.Call) and called_name(site.node) == "reversed":
        yield site.node.args[0]


def dropped_copy(site: Site) -> Iterator[ast.AST]:
    """``x.copy()``, ``np.array(x)`` and ``x.astype(t)`` become ``x``."""
    node = site.node
    if not isinstance(node, ast.Call) or called_name(node) not in _COPIES:
        return
    if is_of_module(node):
        yield node.args[0]
    elif isinstance(node.func, ast.Attribute):
        yield node.func.value


def swapped_arguments(site: Site) -> Iterator[ast.AST]:
    """``f(a, b)`` becomes ``f(b, a)``."""
    node = site.node
    if isinstance(node, ast.Call):
        for i in range(len(node.args) - 1):
            args = [*node.args]
            args[i : i + 2] = args[i + 1], args[i]
            yield changed(node, args=args)


def dropped_argument(site: Site) -> Iterator[ast.AST]:
    """``f(a, b, c=1)`` becomes ``f(a, c=1)`` or ``f(a, b)``: a default is used."""
    node = site.node
    if not isinstance(node, ast.Call):
        return
    if len(node.args) > 1:
        yield changed(node, args=node.args[:-1])
    for keyword in node.keywords:
        if keyword.arg not in _UNTOUCHED:
            yield changed(node, keywords=[k for k in node.keywords if k is not keyword])


def loop_bounds(site: Site) -> Iterator[ast.AST]:
    """``range(n)`` becomes ``range(1, n)`` or ``range(n - 1)``."""
    node = site.node
    if not isinstance(node, ast.Call) or called_name(node) != "range" or len(node.args) > 2:
        return
    start, stop = node.args if len(node.args) == 2 else (ast.Constant(0), node.args[0])
    one = ast.Constant(1)
    yield changed(node, args=[ast.BinOp(start, ast.Add(), one), stop])
    yield changed(node, args=[start, ast.BinOp(stop, ast.Sub(), one)])


CALLS: dict[str, Mutate] = {
    "function": function,
    "dropped call": dropped_call,
    "dropped reversed": dropped_reversed,
    "dropped copy": dropped_copy,
    "swapped arguments": swapped_arguments,
    "dropped argument": dropped_argument,
    "loop bounds": loop_bounds,
}
