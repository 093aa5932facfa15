"""Operators for arrays: axes, transposes, changes in place, reductions, slices and indices.

Operators for names (keys, attributes, variables) and for shared state and arrays are here as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from typing import TypeGuard

from autograder.mutations.sites import (
    CodeSite,
    both_ways,
    called_name,
    calls,
    changed,
    operand,
    parsed,
    with_name,
)

_EXTREMES = both_ways(
    ("max", "min"), ("maximum", "minimum"), ("argmax", "argmin"), ("amax", "amin")
)


def axis(site: CodeSite) -> Iterator[ast.AST]:
    """``axis=-1`` becomes another axis, or is missing; ``axis=(0, 1)`` becomes one of the two.

    It is not missing where −1 is the default. A computed axis becomes 0, 1 and −1.
    """
    if not isinstance(node := site.node, ast.Call):
        return
    for keyword in node.keywords:
        if keyword.arg == "axis":
            value = None
            with suppress(ValueError):  # not a literal
                value = ast.literal_eval(keyword.value)
            others = value if isinstance(value, tuple) else [i for i in (0, 1, -1) if i != value]
            for new in [ast.keyword("axis", parsed(repr(other))) for other in others]:
                yield changed(node, keywords=[new if k is keyword else k for k in node.keywords])
            if value != -1 or not calls(node, ("argsort", "sort", "take_along_axis")):
                yield changed(node, keywords=[k for k in node.keywords if k is not keyword])


def transpose(site: CodeSite) -> Iterator[ast.AST]:
    """``x.T`` and ``x.transpose(...)`` become ``x``."""
    node = site.node
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value
    elif calls(node, ("transpose", "swapaxes", "moveaxis")):
        yield operand(node)


def extreme(site: CodeSite) -> Iterator[ast.AST]:
    """``max`` becomes ``min``, and the reverse."""
    if calls(node := site.node, _EXTREMES):
        yield with_name(node, _EXTREMES[called_name(node)])


def sum_and_mean(site: CodeSite) -> Iterator[ast.AST]:
    """``sum`` becomes ``mean``, and the reverse."""
    if calls(node := site.node, ("sum", "mean")):
        yield with_name(node, "mean" if called_name(node) == "sum" else "sum")


def overwrite(site: CodeSite) -> Iterator[ast.AST]:
    """``x += y`` becomes ``x = y``; for a part of an array it becomes ``x[...] = y``."""
    node = site.node
    if isinstance(node, ast.AugAssign):
        yield ast.Assign([node.target], node.value)
        if not isinstance(node.target, ast.Name):
            part = changed(node.target, ctx=ast.Load())
            yield ast.Assign([ast.Subscript(part, parsed("..."), ast.Store())], node.value)


def rebinding(site: CodeSite) -> Iterator[ast.AST]:
    """``x -= y`` becomes ``x = x - y``, ``x[...] = y`` becomes ``x = y``: not in place.

    ``x[:, i] -= y`` and ``x["W"][i] -= y`` stay: assigning to an item also writes into the array.
    """
    match site.node:
        case ast.AugAssign(target=ast.Subscript(slice=ast.Slice() | ast.Tuple())):
            return
        case ast.AugAssign(target=ast.Subscript(ast.Subscript(slice=ast.Constant(value=str())))):
            return
        case ast.AugAssign(target=target, op=op, value=value):
            yield ast.Assign([target], ast.BinOp(changed(target, ctx=ast.Load()), op, value))
        case ast.Assign(targets=[ast.Subscript(array, index), *_], value=value):
            if ast.unparse(index) in ("...", ":"):
                yield ast.Assign([changed(array, ctx=ast.Store())], value)


def in_place(site: CodeSite) -> Iterator[ast.AST]:
    """``x = x * y`` becomes ``x *= y``: other users of the array see the change."""
    match site.node:
        case ast.Assign(targets=[ast.Name() as target, *_], value=ast.BinOp(left, op, right)):
            if ast.unparse(left) == target.id:
                yield ast.AugAssign(target, op, right)


def indexed_addition(site: CodeSite) -> Iterator[ast.AST]:
    """``np.add.at(x, i, y)`` becomes ``x[i] += y``, where repeated ids count once."""
    match site.node:
        case ast.Expr(value=ast.Call(func=function, args=[array, index, value])):
            if ast.unparse(function) == "np.add.at":
                yield ast.AugAssign(ast.Subscript(array, index, ast.Store()), ast.Add(), value)


def shifted_slice(site: CodeSite) -> Iterator[ast.AST]:
    """``x[1:]`` becomes ``x[0:]`` and ``x[2:]``; ``x[:-1]`` likewise; ``x[:]`` loses an entry."""
    if not isinstance(node := site.node, ast.Slice):
        return
    if node.lower is None and node.upper is None:
        yield changed(node, lower=ast.Constant(1))
        yield changed(node, upper=ast.Constant(-1))
    for part, bound in (("lower", node.lower), ("upper", node.upper)):
        if bound is not None:
            for other in (_moved(bound, -1), _moved(bound, 1), None):
                yield changed(node, **{part: other})


def shifted_index(site: CodeSite) -> Iterator[ast.AST]:
    """``x[:, t]`` becomes ``x[:, t - 1]`` and ``x[:, t + 1]``: wrong by one step."""
    node = site.node
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and site.function:
        is_index = isinstance(site.parent, ast.Subscript | ast.Tuple)
        if is_index and node.id in _counters(site.function):
            yield from (_moved(node, -1), _moved(node, 1))


def _counters(function: ast.FunctionDef) -> set[str]:
    """Return the variables of the loops over ``range``."""
    loops = [node for node in ast.walk(function) if isinstance(node, ast.For)]
    counted = [loop.target for loop in loops if "range" in _names(loop.iter)]
    return {name for target in counted for name in _names(target)}


def _names(node: ast.AST) -> list[str]:
    return [name.id for name in ast.walk(node) if isinstance(name, ast.Name)]


def _moved(bound: ast.expr, by: int) -> ast.expr:
    try:
        return ast.Constant(ast.literal_eval(bound) + by)
    except ValueError:
        sign = ast.Add() if by > 0 else ast.Sub()
        return ast.BinOp(bound, sign, ast.Constant(abs(by)))


def key(site: CodeSite) -> Iterator[ast.AST]:
    """``self.gradients["U"]`` becomes ``self.gradients["W"]``, another key of the function."""
    match site.node, site.parent:
        case ast.Constant(value=str(text)), ast.Subscript() if site.function:
            subscripts = [n for n in ast.walk(site.function) if isinstance(n, ast.Subscript)]
            keys = [n.slice.value for n in subscripts if isinstance(n.slice, ast.Constant)]
            yield from map(ast.Constant, _next(text, [k for k in keys if isinstance(k, str)]))


def attribute(site: CodeSite) -> Iterator[ast.AST]:
    """``self.beta1`` becomes ``self.beta2``, another attribute that the function reads."""
    node = site.node
    if not (is_own_attribute(node) and isinstance(node.ctx, ast.Load) and site.function):
        return
    if isinstance(site.parent, ast.Attribute | ast.Call | ast.Subscript):
        return  # self.parameters[...], self.forward(...)
    known = [n.attr for n in ast.walk(site.function) if is_own_attribute(n)]
    for other in _next(node.attr, [n for n in known if n not in ("parameters", "gradients")]):
        yield changed(node, attr=other)


def is_own_attribute(node: ast.AST) -> TypeGuard[ast.Attribute]:
    """Return whether it is ``self.something``."""
    return isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self"


def variable(site: CodeSite) -> Iterator[ast.AST]:
    """``x`` becomes ``y``, the next variable of its function."""
    node = site.node
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and site.function:
        yield from (changed(node, id=name) for name in _next(node.id, variables(site.function)))


def variables(function: ast.FunctionDef) -> list[str]:
    """Return the arguments without ``self``, then assigned variables, in source order."""
    arguments = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    stored = [name.id for name in names if isinstance(name.ctx, ast.Store)]
    return [name for name in dict.fromkeys(arguments + stored) if name != "self"]


def _next(name: str, names: list[str]) -> list[str]:
    """Return the name after `name` in `names`, cyclically; empty if there is no other."""
    distinct = list(dict.fromkeys(names))
    if name not in distinct or len(distinct) < 2:
        return []
    return [distinct[(distinct.index(name) + 1) % len(distinct)]]


def class_state(site: CodeSite) -> Iterator[ast.AST]:
    """``self.x = y`` becomes ``type(self).x = y``: all instances share it."""
    if is_own_attribute(node := site.node) and isinstance(node.ctx, ast.Store):
        yield changed(node, value=parsed("type(self)"))


def module_state(site: CodeSite) -> Iterator[ast.AST]:
    """``self.x = y`` copies the array y into an array of the module, one for each shape."""
    match site.node:
        case ast.Assign(targets=[ast.Attribute(attr=name) as target], value=value):
            if is_own_attribute(target):
                yield changed(site.node, value=_kept(value, name))


def kept_result(site: CodeSite) -> Iterator[ast.AST]:
    """``return y`` returns an array that the next call fills again, one for each shape.

    Private functions stay: what they return is used at once.
    """
    if not (isinstance(node := site.node, ast.Return) and node.value and site.function):
        return
    name = site.qualified_name
    if site.function.name.startswith("_"):
        return
    match site.function.returns, node.value:
        case ast.Name("Array"), value:
            yield changed(node, value=_kept(value, name))
        case ast.Subscript(slice=ast.Tuple(kinds)), ast.Tuple(parts):
            for i, (kind, part) in enumerate(zip(kinds, parts, strict=False)):
                if ast.unparse(kind) == "Array":
                    others = [*parts[:i], _kept(part, f"{name}[{i}]"), *parts[i + 1 :]]
                    yield changed(node, value=changed(node.value, elts=others))


def _kept(value: ast.expr, name: str) -> ast.expr:
    """Return an expression that copies `value` into an array of the module, and is that array."""
    key = f"{name!r}, np.shape(kept), np.result_type(kept)"
    array = f"globals().setdefault('_kept', {{}}).setdefault(({key}), np.empty_like(kept))"
    return parsed(f"np.concatenate([kept := {ast.unparse(value)}], out={array})")
