"""Operators for arrays: axes, transposes, changes in place, reductions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from autograder.mutations.operators.base import (
    Mutate,
    Site,
    called_name,
    changed,
    is_of_module,
    parsed,
    with_name,
)

_PAIRS = (
    ("max", "min"),
    ("maximum", "minimum"),
    ("argmax", "argmin"),
    ("amax", "amin"),
)
_EXTREMES = {**dict(_PAIRS), **{b: a for a, b in _PAIRS}}


def axis(site: Site) -> Iterator[ast.AST]:
    """``axis=-1`` becomes another axis, or is missing; ``axis=(0, 1)`` becomes one of the two."""
    node = site.node
    if not isinstance(node, ast.Call):
        return
    for i, keyword in enumerate(node.keywords):
        if keyword.arg != "axis":
            continue
        for other in _other_axes(ast.literal_eval(keyword.value)):
            keywords = [*node.keywords]
            keywords[i] = ast.keyword("axis", parsed(repr(other)))
            yield changed(node, keywords=keywords)
        yield changed(node, keywords=[k for k in node.keywords if k is not keyword])


def _other_axes(value: object) -> list[object]:
    if isinstance(value, tuple):
        return [*value]
    return [other for other in (0, 1, -1) if other != value]


def keepdims(site: Site) -> Iterator[ast.AST]:
    """``keepdims=True`` is missing."""
    node = site.node
    if isinstance(node, ast.Call) and any(k.arg == "keepdims" for k in node.keywords):
        yield changed(node, keywords=[k for k in node.keywords if k.arg != "keepdims"])


def transpose(site: Site) -> Iterator[ast.AST]:
    """``x.T`` and ``x.transpose(...)`` become ``x``."""
    node = site.node
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.Call) and called_name(node) in ("transpose", "swapaxes", "moveaxis"):
        if is_of_module(node):
            yield node.args[0]
        elif isinstance(node.func, ast.Attribute):
            yield node.func.value


def extreme(site: Site) -> Iterator[ast.AST]:
    """``max`` becomes ``min``, and the reverse."""
    node = site.node
    if isinstance(node, ast.Call) and called_name(node) in _EXTREMES:
        yield with_name(node, _EXTREMES[called_name(node)])


def sum_and_mean(site: Site) -> Iterator[ast.AST]:
    """``sum`` becomes ``mean``, and the reverse."""
    node = site.node
    if isinstance(node, ast.Call) and called_name(node) in ("sum", "mean"):
        yield with_name(node, "mean" if called_name(node) == "sum" else "sum")


def overwrite(site: Site) -> Iterator[ast.AST]:
    """``x += y`` becomes ``x = y``; for a part of an array it becomes ``x[...] = y``."""
    node = site.node
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
        if not isinstance(node.target, ast.Name):
            place = ast.Subscript(_load(node.target), parsed("..."), ast.Store())
            yield ast.Assign([place], node.value)


def rebinding(site: Site) -> Iterator[ast.AST]:
    """``x -= y`` becomes ``x = x - y``, ``x[...] = y`` becomes ``x = y``: not in place."""
    node = site.node
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], ast.BinOp(_load(node.target), node.op, node.value))
    elif isinstance(node, ast.Assign) and _is_all_of_an_array(node.targets[0]):
        yield ast.Assign([_stored(node.targets[0].value)], node.value)


def _is_all_of_an_array(target: ast.expr) -> TypeGuard[ast.Subscript]:
    return isinstance(target, ast.Subscript) and ast.unparse(target.slice) in ("...", ":")


def in_place(site: Site) -> Iterator[ast.AST]:
    """``x = x * y`` becomes ``x *= y``: other users of the array see the change."""
    node = site.node
    if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp)):
        return
    target = node.targets[0]
    if ast.unparse(target) == ast.unparse(node.value.left) and isinstance(target, ast.Name):
        yield ast.AugAssign(target, node.value.op, node.value.right)


def indexed_addition(site: Site) -> Iterator[ast.AST]:
    """``np.add.at(x, i, y)`` becomes ``x[i] += y``, where repeated ids count once."""
    node = site.node
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        return
    if ast.unparse(node.value.func) == "np.add.at":
        array, index, value = node.value.args
        yield ast.AugAssign(ast.Subscript(array, index, ast.Store()), ast.Add(), value)


def _load(target: ast.expr) -> ast.expr:
    return changed(target, ctx=ast.Load())


def _stored(node: ast.expr) -> ast.expr:
    return changed(node, ctx=ast.Store())


ARRAYS: dict[str, Mutate] = {
    "axis": axis,
    "keepdims": keepdims,
    "transpose": transpose,
    "max and min": extreme,
    "sum and mean": sum_and_mean,
    "overwrite": overwrite,
    "rebinding": rebinding,
    "in place": in_place,
    "np.add.at": indexed_addition,
}
