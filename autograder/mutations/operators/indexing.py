"""Operators for slices, indices, keys, attributes and variables."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from autograder.mutations.operators.base import Mutate, Site, changed


def shifted_slice(site: Site) -> Iterator[ast.AST]:
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


def shifted_index(site: Site) -> Iterator[ast.AST]:
    """``x[:, t]`` becomes ``x[:, t - 1]`` and ``x[:, t + 1]``: wrong by one step."""
    if not isinstance(site.node, ast.Name) or not _is_index(site):
        return
    yield _moved(site.node, -1)
    yield _moved(site.node, 1)


def _is_index(site: Site) -> bool:
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


def key(site: Site) -> Iterator[ast.AST]:
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


def attribute(site: Site) -> Iterator[ast.AST]:
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


def variable(site: Site) -> Iterator[ast.AST]:
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
