"""Operators on arithmetic, comparisons, conditions and constants."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograder.mutations.operators.base import Mutate, Site, called_name, changed

_ARITHMETIC: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.MatMult: ast.Mult(),
    ast.Pow: ast.Mult(),
    ast.Mod: ast.FloorDiv(),
    ast.FloorDiv: ast.Mod(),
    ast.BitAnd: ast.BitOr(),
    ast.BitOr: ast.BitAnd(),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[ast.cmpop, ...]] = {
    ast.Lt: (ast.LtE(), ast.GtE()),
    ast.LtE: (ast.Lt(), ast.Gt()),
    ast.Gt: (ast.GtE(), ast.LtE()),
    ast.GtE: (ast.Gt(), ast.Lt()),
    ast.Eq: (ast.NotEq(),),
    ast.NotEq: (ast.Eq(),),
    ast.Is: (ast.IsNot(),),
    ast.IsNot: (ast.Is(),),
    ast.In: (ast.NotIn(),),
    ast.NotIn: (ast.In(),),
}
_NOT_COMMUTATIVE = (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.Mod, ast.FloorDiv)


def arithmetic(site: Site) -> Iterator[ast.AST]:
    """``a + b`` becomes ``a - b``, ``a * b`` becomes ``a / b``, and so on; ``+=`` likewise."""
    node = site.node
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _ARITHMETIC:
        yield changed(node, op=_ARITHMETIC[type(node.op)])


def dropped_operand(site: Site) -> Iterator[ast.AST]:
    """``a + b`` becomes ``a`` or ``b``: a term or factor is missing."""
    if isinstance(site.node, ast.BinOp):
        yield site.node.left
        yield site.node.right


def swapped_operands(site: Site) -> Iterator[ast.AST]:
    """``a - b`` becomes ``b - a``, ``A @ B`` becomes ``B @ A``."""
    node = site.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, _NOT_COMMUTATIVE):
        yield changed(node, left=node.right, right=node.left)


def comparison(site: Site) -> Iterator[ast.AST]:
    """``a < b`` becomes ``a <= b`` and ``a >= b``, and so on."""
    if isinstance(site.node, ast.Compare) and len(site.node.ops) == 1:
        for other in _COMPARISONS[type(site.node.ops[0])]:
            yield changed(site.node, ops=[other])


def condition(site: Site) -> Iterator[ast.AST]:
    """``if x`` becomes ``if not x``, ``if True`` or ``if False``."""
    parent = site.parent
    if isinstance(parent, ast.If | ast.IfExp | ast.While) and site.node is parent.test:
        yield ast.UnaryOp(ast.Not(), parent.test)
        yield ast.Constant(True)
        yield ast.Constant(False)


def boolean(site: Site) -> Iterator[ast.AST]:
    """``a and b`` becomes ``a or b``, ``a`` or ``b``, and the reverse."""
    node = site.node
    if isinstance(node, ast.BoolOp):
        yield changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        for i in range(len(node.values)):
            left = node.values[:i] + node.values[i + 1 :]
            yield changed(node, values=left) if len(left) > 1 else left[0]


def constant(site: Site) -> Iterator[ast.AST]:
    """``2`` becomes 0, 1, −1, −2 or 3; ``True`` becomes ``False``."""
    value = _number(site.node)
    if value is None or _is_minus(site.parent):
        return
    if isinstance(site.parent, ast.keyword) and site.parent.arg in ("axis", "axes", "keepdims"):
        return  # other operators change these
    if isinstance(value, bool):
        yield ast.Constant(not value)
        return
    kind = type(value)
    for other in dict.fromkeys((kind(0), kind(1), -value, value + 1)):
        if other != value:
            yield ast.Constant(other)


def _number(node: ast.AST) -> bool | int | float | None:
    """Return the value of the number `node`, with its sign."""
    if _is_minus(node) and isinstance(node, ast.UnaryOp):
        positive = _number(node.operand)
        return -positive if positive is not None else None
    value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
    return value if isinstance(value, bool | int | float) else None


def _is_minus(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def dropped_minus(site: Site) -> Iterator[ast.AST]:
    """``-a`` becomes ``a``, ``~a`` becomes ``a``, ``not a`` becomes ``a``."""
    if isinstance(site.node, ast.UnaryOp):
        yield site.node.operand


def added_minus(site: Site) -> Iterator[ast.AST]:
    """``return a`` becomes ``return -a``; assigned and added values likewise."""
    node = site.node
    if not isinstance(node, ast.Assign | ast.AugAssign | ast.Return) or node.value is None:
        return
    if _may_be_a_number(node.value):
        yield changed(node, value=ast.UnaryOp(ast.USub(), node.value))


def _may_be_a_number(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp | ast.Subscript | ast.Attribute):
        return True
    return isinstance(node, ast.Call) and called_name(node) not in ("zeros", "zeros_like", "range")


ARITHMETIC: dict[str, Mutate] = {
    "arithmetic": arithmetic,
    "dropped operand": dropped_operand,
    "swapped operands": swapped_operands,
    "comparison": comparison,
    "condition": condition,
    "boolean": boolean,
    "constant": constant,
    "dropped minus": dropped_minus,
    "added minus": added_minus,
}
