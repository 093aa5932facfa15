"""Operators for whole statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.mutations.operators.base import Mutate, Site, changed

_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise)
_BLOCKS = (ast.If, ast.For)


def dropped_statement(site: Site) -> Iterator[ast.AST]:
    """A statement, or a whole block, becomes ``pass``."""
    if isinstance(site.node, (*_SIMPLE, *_BLOCKS)):
        yield ast.Pass()


def dropped_target(site: Site) -> Iterator[ast.AST]:
    """``a, b = x, y`` assigns only one of the two."""
    node = site.node
    if not (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple)):
        return
    targets, value = node.targets[0].elts, node.value
    if isinstance(value, ast.Tuple):
        for i in range(len(targets)):
            yield ast.Assign([targets[i]], value.elts[i])


def swapped_parts(site: Site) -> Iterator[ast.AST]:
    """``return a, b`` becomes ``return b, a``."""
    node = site.node
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for i in range(len(node.value.elts) - 1):
            elts = [*node.value.elts]
            elts[i : i + 2] = elts[i + 1], elts[i]
            yield changed(node, value=changed(node.value, elts=elts))


def dropped_part(site: Site) -> Iterator[ast.AST]:
    """``return a, b`` becomes ``return a``."""
    node = site.node
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        parts = node.value.elts[:-1]
        yield changed(node, value=parts[0] if len(parts) == 1 else changed(node.value, elts=parts))


STATEMENTS: dict[str, Mutate] = {
    "dropped statement": dropped_statement,
    "dropped target": dropped_target,
    "swapped parts": swapped_parts,
    "dropped part": dropped_part,
}
