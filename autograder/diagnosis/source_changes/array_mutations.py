"""Small changes that beginners make with arrays: masks, sizes of axes, and their arrangement."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.mutations.operators import Mutate, Site
from autograder.mutations.operators.base import called_name, changed, is_of_module, parsed


def whole_mask(site: Site) -> Iterator[ast.AST]:
    """``mask = x != 0`` becomes a mask without a False: padding counts."""
    node, parent = site.node, site.parent
    if isinstance(node, ast.Compare) and not isinstance(parent, ast.If | ast.IfExp | ast.While):
        yield ast.BinOp(node, ast.BitOr(), ast.Constant(True))


def inverted_mask(site: Site) -> Iterator[ast.AST]:
    """``x[mask]`` becomes ``x[~mask]``; so does a mask that is returned beside something."""
    node, parent = site.node, site.parent
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
        return
    is_index = isinstance(parent, ast.Subscript) and node is parent.slice
    is_returned = isinstance(parent, ast.Tuple) and isinstance(site.statement, ast.Return)
    if is_index or is_returned:
        yield ast.UnaryOp(ast.Invert(), node)


def size_of_axis(site: Site) -> Iterator[ast.AST]:
    """``mask.sum(axis=1)`` becomes ``mask.shape[1]``: padding counts in a mean."""
    node = site.node
    if called_name(node) != "sum" or not isinstance(node, ast.Call) or is_of_module(node):
        return
    axes = [keyword.value for keyword in node.keywords if keyword.arg == "axis"]
    if isinstance(node.func, ast.Attribute) and len(axes) == 1:
        yield ast.Subscript(parsed(f"{ast.unparse(node.func.value)}.shape"), axes[0], ast.Load())


def reshaped(site: Site) -> Iterator[ast.AST]:
    """``W.T`` becomes ``W`` with the shape of ``W.T``, its numbers in their old order."""
    node = site.node
    if isinstance(node, ast.Attribute) and node.attr == "T" and isinstance(node.ctx, ast.Load):
        yield parsed(f"np.reshape({ast.unparse(node.value)}, np.shape({ast.unparse(node)}))")


def later_term(site: Site) -> Iterator[ast.AST]:
    """``np.tanh(a + b)`` becomes ``np.tanh(a) + b``."""
    node = site.node
    if not isinstance(node, ast.Call) or not node.args:
        return
    first = node.args[0]
    if isinstance(first, ast.BinOp) and isinstance(first.op, ast.Add):
        call = changed(node, args=[first.left, *node.args[1:]])
        yield ast.BinOp(call, ast.Add(), first.right)


#: Name -> the sentence that describes the change to a student, and the change.
ARRAY_MUTATIONS: dict[str, tuple[str, Mutate]] = {
    "whole mask": ("one comparison leaves nothing out, so that padding may count", whole_mask),
    "inverted mask": ("one mask is inverted", inverted_mask),
    "size of axis": ("the size of one axis instead of a sum along it", size_of_axis),
    "reshaped": ("one array is reshaped instead of transposed", reshaped),
    "later term": ("one term is added after a function instead of before it", later_term),
}
