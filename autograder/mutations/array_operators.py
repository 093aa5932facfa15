"""Operators for arrays: axes, transposes, changes in place, reductions, slices and indices.

Operators for keys, attributes and variables, which are indices of a kind, are here as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from autograder.mutations.sites import (
    CodeSite,
    Mutate,
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


def axis(site: CodeSite) -> Iterator[ast.AST]:
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


def keepdims(site: CodeSite) -> Iterator[ast.AST]:
    """``keepdims=True`` is missing."""
    node = site.node
    if isinstance(node, ast.Call) and any(k.arg == "keepdims" for k in node.keywords):
        yield changed(node, keywords=[k for k in node.keywords if k.arg != "keepdims"])


def transpose(site: CodeSite) -> Iterator[ast.AST]:
    """``x.T`` and ``x.transpose(...)`` become ``x``."""
    node = site.node
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif isinstance(node, ast.Call) and called_name(node) in ("transpose", "swapaxes", "moveaxis"):
        if is_of_module(node):
            yield node.args[0]
        elif isinstance(node.func, ast.Attribute):
            yield node.func.value


def extreme(site: CodeSite) -> Iterator[ast.AST]:
    """``max`` becomes ``min``, and the reverse."""
    node = site.node
    if isinstance(node, ast.Call) and called_name(node) in _EXTREMES:
        yield with_name(node, _EXTREMES[called_name(node)])


def sum_and_mean(site: CodeSite) -> Iterator[ast.AST]:
    """``sum`` becomes ``mean``, and the reverse."""
    node = site.node
    if isinstance(node, ast.Call) and called_name(node) in ("sum", "mean"):
        yield with_name(node, "mean" if called_name(node) == "sum" else "sum")


def overwrite(site: CodeSite) -> Iterator[ast.AST]:
    """``x += y`` becomes ``x = y``; for a part of an array it becomes ``x[...] = y``."""
    node = site.node
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
        if not isinstance(node.target, ast.Name):
            whole = ast.Subscript(_load(node.target), parsed("..."), ast.Store())
            yield ast.Assign([whole], node.value)


def rebinding(site: CodeSite) -> Iterator[ast.AST]:
    """``x -= y`` becomes ``x = x - y``, ``x[...] = y`` becomes ``x = y``: not in place."""
    node = site.node
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], ast.BinOp(_load(node.target), node.op, node.value))
    elif isinstance(node, ast.Assign) and _is_all_of_an_array(node.targets[0]):
        yield ast.Assign([_stored(node.targets[0].value)], node.value)


def _is_all_of_an_array(target: ast.expr) -> TypeGuard[ast.Subscript]:
    return isinstance(target, ast.Subscript) and ast.unparse(target.slice) in ("...", ":")


def in_place(site: CodeSite) -> Iterator[ast.AST]:
    """``x = x * y`` becomes ``x *= y``: other users of the array see the change."""
    node = site.node
    if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp)):
        return
    target = node.targets[0]
    if ast.unparse(target) == ast.unparse(node.value.left) and isinstance(target, ast.Name):
        yield ast.AugAssign(target, node.value.op, node.value.right)


def indexed_addition(site: CodeSite) -> Iterator[ast.AST]:
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


def shifted_slice(site: CodeSite) -> Iterator[ast.AST]:
    """``x[1:]`` becomes ``x[0:]`` and ``x[2:]``; ``x[:-1]`` likewise; ``x[:]`` loses an entry."""
    node = site.node
    if not isinstance(node, ast.Slice):
        return
    if node.lower is None and node.upper is None:
        yield changed(node, lower=ast.Constant(1))
        yield changed(node, upper=ast.Constant(-1))
    for part in ("lower", "upper"):
        bound = getattr(node, part)
        if bound is not None:
            yield changed(node, **{part: _moved(bound, -1)})
            yield changed(node, **{part: _moved(bound, 1)})
            yield changed(node, **{part: None})


def shifted_index(site: CodeSite) -> Iterator[ast.AST]:
    """``x[:, t]`` becomes ``x[:, t - 1]`` and ``x[:, t + 1]``: wrong by one step."""
    if not isinstance(site.node, ast.Name) or not _is_index(site):
        return
    yield _moved(site.node, -1)
    yield _moved(site.node, 1)


def _is_index(site: CodeSite) -> bool:
    """Return whether `site` is a loop variable used as an index, alone or in a tuple."""
    loops = ast.walk(site.function) if site.function is not None else ()
    variables = {
        name.id
        for loop in loops
        if isinstance(loop, ast.For)
        for name in ast.walk(loop.target)
        if isinstance(name, ast.Name) and _counts(loop.iter)
    }
    node = site.node
    named = isinstance(node, ast.Name) and node.id in variables and isinstance(node.ctx, ast.Load)
    return named and isinstance(site.parent, ast.Subscript | ast.Tuple)


def _counts(iterable: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "range" for n in ast.walk(iterable))


def _moved(bound: ast.expr, by: int) -> ast.expr:
    try:
        return ast.Constant(ast.literal_eval(bound) + by)
    except ValueError:
        sign = ast.Add() if by > 0 else ast.Sub()
        return ast.BinOp(bound, sign, ast.Constant(abs(by)))


def key(site: CodeSite) -> Iterator[ast.AST]:
    """``self.gradients["U"]`` becomes ``self.gradients["W"]``, another key of the function."""
    node = site.node
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return
    if isinstance(site.parent, ast.Subscript) and site.function is not None:
        for other in _next(node.value, _keys(site.function)):
            yield ast.Constant(other)


def _keys(function: ast.FunctionDef) -> list[str]:
    return [
        node.slice.value
        for node in ast.walk(function)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ]


def attribute(site: CodeSite) -> Iterator[ast.AST]:
    """``self.beta1`` becomes ``self.beta2``, another attribute that the function reads."""
    node = site.node
    if not (is_own_attribute(node) and isinstance(node.ctx, ast.Load) and site.function):
        return
    if isinstance(site.parent, ast.Attribute | ast.Call | ast.Subscript):
        return  # self.parameters[...], self.forward(...)
    known = [
        n.attr
        for n in ast.walk(site.function)
        if is_own_attribute(n) and n.attr not in ("parameters", "gradients")
    ]
    for other in _next(node.attr, known):
        yield changed(node, attr=other)


def is_own_attribute(node: ast.AST) -> TypeGuard[ast.Attribute]:
    """Return whether it is ``self.something``."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    )


def variable(site: CodeSite) -> Iterator[ast.AST]:
    """``x`` becomes ``y``, the next variable of its function."""
    node = site.node
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or not site.function:
        return
    for other in _next(node.id, variables(site.function)):
        if node.id in variables(site.function):
            yield changed(node, id=other)


def variables(function: ast.FunctionDef) -> list[str]:
    """Return the arguments without ``self``, then assigned variables, in source order."""
    arguments = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
    stored = [
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return [name for name in dict.fromkeys(arguments + stored) if name != "self"]


def _next(name: str, names: list[str]) -> list[str]:
    """Return the name after `name` in `names`, cyclically; empty if there is no other."""
    distinct = list(dict.fromkeys(names))
    if name not in distinct or len(distinct) < 2:
        return []
    return [distinct[(distinct.index(name) + 1) % len(distinct)]]


INDEXING: dict[str, Mutate] = {
    "shifted slice": shifted_slice,
    "shifted index": shifted_index,
    "key": key,
    "attribute": attribute,
    "variable": variable,
}
